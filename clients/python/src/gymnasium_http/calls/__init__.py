"""What environments do on the server, as coroutines: those of `HTTPEnv` are run, those of `AsyncEnv` awaited."""
