"""Posts that are taken for nobody's by their name, as the policies of the installation have it."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from wmt.history import nobody
from wmt.site.policies import policies


def names_of_nobody(names: Iterable[str], day: date) -> set[str]:
    """Those of some names that say that there is no person: 'Vacant' and the like."""
    listed = pl.DataFrame({"name": list(names)}, schema={"name": pl.String})
    words = (nobody.words_in(policies(day), path) for path in (nobody.PATH, nobody.STRONG_PATH))
    return set(listed.filter(nobody.is_nobody("name", *words))["name"])


def nobody_words(name: str, day: date) -> str:
    """Why no action opens for a post of such a name; empty where it is somebody's."""
    if not names_of_nobody([name], day):
        return ""
    return (
        f"No action opens for this post, because its name, ‘{name}’, says that nobody holds it. If somebody "
        f"does, correct the name in nDelius, or ask an administrator about the policy {nobody.STRONG_PATH}."
    )
