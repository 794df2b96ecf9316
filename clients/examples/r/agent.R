# Rscript agent.R [http://127.0.0.1:5000]     (packages httr and jsonlite; Debian: r-cran-httr r-cran-jsonlite)
library(httr)

arguments <- commandArgs(trailingOnly = TRUE)
url <- if (length(arguments) > 0) arguments[[1]] else "http://127.0.0.1:5000"

call_server <- function(method, path, body = NULL) {
  reply <- VERB(method, paste0(url, "/v1/envs/", path), body = body, encode = "json")
  content <- jsonlite::fromJSON(content(reply, as = "text", encoding = "UTF-8"))
  if (http_error(reply)) stop(content$detail)
  content
}

play <- function(id, policy) {
  observation <- call_server("POST", paste0(id, "/reset/"), list(seed = 42))$observation
  steps <- 0
  repeat {
    step <- call_server("POST", paste0(id, "/step/"), list(action = policy(observation)))
    steps <- steps + 1
    if (step$terminated || step$truncated) return(steps)
    observation <- step$observation
  }
}

random <- function(observation) sample(0:1, 1)
heuristic <- function(observation) as.integer(observation[3] + observation[4] > 0)

id <- call_server("POST", "", list(env_id = "CartPole-v1"))$instance_id
cat("random:", play(id, random), "steps\n")
cat("heuristic:", play(id, heuristic), "steps\n")
invisible(call_server("DELETE", paste0(id, "/")))
