#!/usr/bin/env bash
# bash agent.sh [http://127.0.0.1:5000]     (curl and jq)
set -euo pipefail
envs="${1:-http://127.0.0.1:5000}/v1/envs"

call() { # method, path, body
    curl --silent --show-error --fail-with-body --request "$1" "$envs/$2" --data "$3" || { echo >&2; exit 1; }
}

random() { action=$((RANDOM % 2)); }

heuristic() { if [ "$leaning_right" = true ]; then action=1; else action=0; fi; }

play() { # policy
    local ended leaning_right action steps=0
    call POST "$id/reset/" '{"seed": 42}' > "$reply"
    while read -r ended leaning_right < <(jq --raw-output "$look" "$reply") && [ "$ended" = false ]; do
        "$1"
        call POST "$id/step/" "{\"action\": $action}" > "$reply"
        steps=$((steps + 1))
    done
    echo "$1: $steps steps"
}

look='"\(.terminated or .truncated) \(.observation[2] + .observation[3] > 0)"'
reply=$(mktemp)
trap 'rm "$reply"' EXIT
id=$(call POST "" '{"env_id": "CartPole-v1"}' | jq --raw-output .instance_id)
play random
play heuristic
call DELETE "$id/" '{}' > "$reply"
