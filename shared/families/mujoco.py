"""Gymnasium's MuJoCo environments, versions 4 and 5."""

from shared.families.family import Family

MUJOCO = Family(
    "mujoco",
    packages=("gymnasium.envs.mujoco",),
    needs="mujoco",
    mechanisms={
        "mujoco": "shared.snapshot.mujoco.mechanism:MUJOCO",
        "mujoco-drawn": "shared.snapshot.mujoco.mechanism:MUJOCO_DRAWN",
    },
    frames_every=20,  # a frame takes 0.1 s where OpenGL runs in software
)
