"""The tree of all parameters through time: `load` it, ask it for the rules in force `at` a day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from wmt.rules import activity_checks, errors, priority_checks
from wmt.rules.build import Build
from wmt.rules.exact_yaml import read_yaml
from wmt.rules.ruleset import RuleSet, near_misses
from wmt.rules.units import UNITS
from wmt.rules.values import DatedValue, Overlay, Parameter


class Tree:
    """All parameters by path, in file order. Make it with `load`."""

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        self._parameters = dict(parameters)
        # the same few days are asked for again and again: what a rule set is read for is worked out once
        self._of_day = lru_cache(maxsize=16)(self._in_force)

    def __reduce__(self) -> tuple[type["Tree"], tuple[dict[str, Parameter]]]:
        """What another process needs to make the same: it works out its own rule sets."""
        return Tree, (self._parameters,)

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths, in file order."""
        return tuple(self._parameters)

    @property
    def days(self) -> tuple[date, ...]:
        """Every day on which some value begins, ascending."""
        return tuple(sorted({v.valid_from for p in self._parameters.values() for v in p.values}))

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """All parameters by path, in file order. Not to be changed."""
        return self._parameters

    def parameter(self, path: str) -> Parameter:
        """A parameter with all its values. Raises NoRuleError, naming the likeliest paths."""
        found = self._parameters.get(path)
        if found is None:
            raise errors.NoRuleError(f"no parameter '{path}'{near_misses(path, self._parameters)}")
        return found

    def at(self, day: date, overlays: Sequence[Overlay] = ()) -> RuleSet:
        """The rules in force on a day, the later overlays over the earlier.

        Raises RulesError, naming file, path and remedy, where an overlay does not fit the tree.
        """
        faults = [fault for overlay in overlays for fault in self._misfits(overlay)]
        if faults:
            raise errors.RulesError.of(faults)
        if not overlays:
            return self._of_day(day)
        laid = self._laid(day, overlays)
        faults = [
            f for o in overlays for f in activity_checks.overlay_faults(laid, o.paths, o.file or o.name)
        ]
        if faults:
            raise errors.RulesError.of(faults)
        return laid

    def _in_force(self, day: date) -> RuleSet:
        found = ((path, parameter.at(day)) for path, parameter in self._parameters.items())
        return RuleSet(day, {path: value for path, value in found if value is not None})

    def _laid(self, day: date, overlays: Sequence[Overlay]) -> RuleSet:
        values: dict[str, DatedValue | None] = {path: p.at(day) for path, p in self._parameters.items()}
        for overlay in overlays:
            for path, since, value in overlay.at(day):
                parameter = self._parameters[path]
                text = (parameter.at(day) or parameter.values[0]).description
                about = (parameter.unit, text, overlay.reference, "overlay", None, overlay.name)
                values[path] = DatedValue(path, value, since, *about)
        in_force = {path: value for path, value in values.items() if value is not None}
        return RuleSet(day, in_force, tuple(overlay.name for overlay in overlays))

    def overlay_faults(self, overlay: Overlay) -> list[errors.RuleFault]:
        """What is wrong with an overlay: no such path, a value its unit refuses, activities that break."""
        found = self._misfits(overlay)
        days = {max(since, self.days[-1]) for _, since, _ in overlay.entries}
        for day in () if found else sorted(days):
            laid = self._laid(day, [overlay])
            found += activity_checks.overlay_faults(laid, overlay.paths, overlay.file or overlay.name)
        return found

    def _misfits(self, overlay: Overlay) -> list[errors.RuleFault]:
        """Every entry of an overlay that the tree has no place for, or whose value does not fit its unit."""
        found = []
        for path, _, value in overlay.entries:
            parameter = self._parameters.get(path)
            if parameter is None:
                hint = near_misses(path, self._parameters) or "; 'wmt rules show' lists them"
                message: str | None = f"no such parameter{hint}"
            else:
                is_none = value is None and parameter.optional
                message = None if is_none else UNITS[parameter.unit].why_not(value)
            if message:
                found.append(errors.RuleFault(overlay.file or overlay.name, path, message))
        return found


def as_tree(ruleset: RuleSet, tree: Tree) -> Tree:
    """A rule set as a tree without a past, to lay overlays over it as it is: a night's own rules,
    with what was approved for it then. What it has not, or has from an overlay, is as in `tree`."""
    found = dict(tree.parameters)
    for value in ruleset:
        known = found.get(value.path)
        if value.overlay is None:
            is_optional = known.optional if known else value.value is None
            found[value.path] = Parameter(value.path, value.unit, is_optional, (value,))
    return Tree(found)


def load(folder: str | Path | None = None) -> Tree:
    """The tree of a folder of YAML files; without one, the HMPPS tree that comes with the program (kept).

    Within `using` it is, without a folder, the tree given there; in a process that said `otherwise` the one
    given there. Raises RulesError holding every fault, each with file, key and remedy.
    """
    if folder is None:
        return (_given.get() or _otherwise[-1])()
    return _loaded(Path(folder))


#: Gives the tree of whoever asks in this context; None: what the process has otherwise.
_given: ContextVar[Callable[[], Tree] | None] = ContextVar("wmt_rules_tree", default=None)


@contextmanager
def using(tree: Callable[[], Tree]) -> Iterator[None]:
    """Let `load()` give another tree than the one that comes with the program: the one with what an
    installation approved. `tree` is asked each time, and keeps what it answers."""
    token = _given.set(tree)
    try:
        yield
    finally:
        _given.reset(token)


@cache
def shipped() -> Tree:
    """The HMPPS tree that comes with the program, whatever an installation approved. Raises as `load`."""
    return _loaded(files("wmt.rules") / "hmpps")


#: Gives the tree of whoever asks without a context of their own: the last of these.
_otherwise: list[Callable[[], Tree]] = [shipped]


def otherwise(tree: Callable[[], Tree] | None) -> None:
    """Let `load()` give another tree outside `using` too, in all of this process; None: the one that comes
    with the program again."""
    _otherwise[1:] = [] if tree is None else [tree]


def _loaded(folder: Traversable) -> Tree:
    build = build_folder(folder)
    if build.faults:
        raise errors.RulesError.of(build.faults)
    return Tree(build.parameters)


def build_folder(folder: Traversable) -> Build:
    """All YAML files of a folder, by name, built together with their faults."""
    if not folder.is_dir():
        return _refused(str(folder), "is no folder; name the folder that holds the YAML files")
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda f: f.name)
    if not found:
        return _refused(str(folder), "holds no .yaml files; name the folder that holds them")
    build = build_files(found)
    if not build.faults:
        build.faults += activity_checks.faults(build.parameters, build.files)
        build.faults += priority_checks.faults(build.parameters, build.files)
    return build


def build_files(found: Sequence[Traversable]) -> Build:
    """YAML files of a tree built together, with their faults."""
    build = Build()
    for file in found:
        content, faults = read_file(file)
        build.faults += faults
        if not faults:
            build.add_file(file.name, content)
    build.check_nesting()
    return build


def read_file(file: Traversable) -> tuple[object, list[errors.RuleFault]]:
    """The content of one YAML file and its faults, unreadable files included."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        return None, [
            errors.RuleFault(str(file), "", f"cannot be opened ({error.strerror}); check name and rights")
        ]
    except UnicodeDecodeError:
        return None, [errors.RuleFault(file.name, "", "is not UTF-8 text; save it as UTF-8")]
    return read_yaml(text, file.name)


def _refused(file: str, message: str) -> Build:
    return Build(faults=[errors.RuleFault(file, "", message)])
