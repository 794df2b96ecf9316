"""Trainers that learn on the server what they learn in process, to the last bit; `make trainers` runs them."""
