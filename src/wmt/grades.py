"""The grades that figures know, once: rules are given by grade, facts hold one for each post.

Which raw codes of the case system are which grade is dated: rules/hmpps/grade-codes.yaml.
"""

from typing import Literal, get_args

GradeName = Literal["PO", "PSO", "TPO", "SPO", "DMY"]
GRADES: tuple[str, ...] = get_args(GradeName)
#: The grade of a post that is nobody.
DUMMY = "DMY"
#: The grade of people on the trainee route (PQiP).
TRAINEE = "TPO"
#: The grades people have: those that figures over time are shown and asked for by.
STAFF_GRADES = tuple(grade for grade in GRADES if grade != DUMMY)
