"""What holds for changes of posts: the reasons there are, and the hours a week may have."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from wmt.site.availability.records import Post, PostRecords


@dataclass(frozen=True, kw_only=True)
class ReasonOnDay:
    """A reason for reductions on a day. Shares in hundredths of a per cent; None where there is none."""

    reason: str
    name: str
    short_name: str
    category: str
    allowance_x100: int | None
    max_x100: int | None
    months: int | None
    enabled: bool
    #: what `months` may be stretched to, where it says what is usual: a stage of a longer trainee route
    longest: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordLimits:
    """What holds for posts: the reasons there are, and hours a week by grade and at most."""

    reasons: Mapping[str, ReasonOnDay]
    full_time_micro: Mapping[str, int]
    most_micro: int
    default_micro: Mapping[str, int]
    #: of each post, as the extract has them: its grade, and its hours where it gives any
    grades: Mapping[Post, str]
    supplied_micro: Mapping[Post, int]
    #: posts on no list of officers: the 0 hours supplied for them are nobody's
    unlisted: Collection[Post] = ()
    #: tables that come with a load may hold shares other than the usual: it only warns of them
    strict: bool = True

    def contracted(self, post: Post, plan: PostRecords, day: date) -> int:
        """Contracted hours of a post on a day, in millionths: entered, else supplied, else its grade's."""
        entered = plan.hours_on(day)
        if entered:
            return entered.hours_micro
        default = self.default_micro.get(self.grade(post, plan, day), 0)
        return self.supplied_micro.get(post, default)

    def is_ungiven(self, post: Post, plan: PostRecords, day: date) -> bool:
        """Whether the hours are 0 because nobody gave any: entering 0 says something new then."""
        if plan.hours_on(day) or (post in self.supplied_micro and post not in self.unlisted):
            return False
        return self.contracted(post, plan, day) == 0

    def grade(self, post: Post, plan: PostRecords, day: date) -> str:
        """The grade of a post on a day: as corrected, else as the extract has it."""
        corrected = plan.grade_on(day)
        return corrected.grade if corrected else self.grades.get(post, "")

    def knows(self, post: Post, plan: PostRecords, day: date) -> bool:
        """Whether anything tells those hours: of a post that no extract has, nothing may."""
        return post in self.grades or plan.hours_on(day) is not None
