"""The state of Gymnasium's wrappers: the attributes that their methods change.

A wrapper that is not listed is not known. An environment inside it needs another mechanism.
"""

from collections.abc import Mapping

from shared.snapshot.attributes.attributes import AttributeKind, Clock, Frames, names_in
from shared.snapshot.making.autoreset import SameStepAutoreset

_COMMON = "gymnasium.wrappers.common"
_ACTION = "gymnasium.wrappers.transform_action"
_OBSERVATION = "gymnasium.wrappers.transform_observation"
_MEMORY = "gymnasium.wrappers.stateful_observation"
_RENDERING = "gymnasium.wrappers.rendering"

WRAPPER_STATE: Mapping[str, tuple[str | AttributeKind, ...]] = {
    f"{SameStepAutoreset.__module__}.SameStepAutoreset": (),
    f"{_COMMON}.Autoreset": ("autoreset",),
    f"{_COMMON}.OrderEnforcing": ("_has_reset",),
    f"{_COMMON}.RecordEpisodeStatistics": (
        "episode_count",
        Clock("episode_start_time"),
        "episode_returns",
        "episode_lengths",
        "time_queue",
        "return_queue",
        "length_queue",
    ),
    f"{_COMMON}.TimeLimit": ("_elapsed_steps",),
    f"{_RENDERING}.AddWhiteNoise": (),
    f"{_RENDERING}.ObstructView": (),
    f"{_RENDERING}.RenderCollection": (Frames("frame_list"),),
    "gymnasium.wrappers.atari_preprocessing.AtariPreprocessing": ("obs_buffer", "lives", "game_over"),
    "gymnasium.wrappers.stateful_action.RepeatAction": (),
    "gymnasium.wrappers.stateful_action.StickyAction": (
        "last_action",
        "is_sticky_actions",
        "num_repeats",
        "repeats_taken",
    ),
    f"{_MEMORY}.DelayObservation": ("observation_queue",),
    f"{_MEMORY}.FrameStackObservation": ("obs_queue", "padding_value"),
    f"{_MEMORY}.MaxAndSkipObservation": ("_obs_buffer",),
    f"{_MEMORY}.NormalizeObservation": ("obs_rms.mean", "obs_rms.var", "obs_rms.count"),
    f"{_MEMORY}.TimeAwareObservation": ("timesteps",),
    "gymnasium.wrappers.stateful_reward.NormalizeReward": (
        "return_rms.mean",
        "return_rms.var",
        "return_rms.count",
        "discounted_reward",
    ),
    "gymnasium.wrappers.transform_reward.ClipReward": (),
    **{f"{_ACTION}.{name}": () for name in ("ClipAction", "DiscretizeAction", "RescaleAction")},
    **{
        f"{_OBSERVATION}.{name}": ()
        for name in (
            "AddRenderObservation",
            "DiscretizeObservation",
            "DtypeObservation",
            "FilterObservation",
            "FlattenObservation",
            "GrayscaleObservation",
            "RescaleObservation",
            "ReshapeObservation",
            "ResizeObservation",
        )
    },
}

PRIVATE_NAMES = (
    *names_in(WRAPPER_STATE),
    *(f"gymnasium.wrappers.utils:RunningMeanStd.{name}" for name in ("mean", "var", "count")),
)
"""What this module reads of other packages that is not part of their API."""
