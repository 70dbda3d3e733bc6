"""A seeded synthetic England and Wales: data for demonstrations, tests and benches. Nobody in it exists."""

from wmt.demo.calibration import Calibration, calibrate
from wmt.demo.nation import FORMATS, write_nation
from wmt.demo.size import Size
from wmt.demo.truth import DemoNight, Truth
from wmt.demo.world import DEFAULT_AS_AT, World, build_world

__all__ = [
    "DEFAULT_AS_AT", "FORMATS", "Calibration", "DemoNight", "Size", "Truth", "World", "build_world",
    "calibrate", "write_nation",
]  # fmt: skip
