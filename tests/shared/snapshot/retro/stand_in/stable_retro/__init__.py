"""Stands in for stable-retro in tests, with what its emulators and environments keep where."""

from stable_retro.retro_env import RetroEnv as RetroEnv
