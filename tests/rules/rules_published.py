"""The published figures as they are printed, typed in from the sources and not from our YAML.

Points, hours and minutes: WMT FAQ, 6 January 2023, Appendices A and C. Custody and contact codes: open HMPPS
code.
"""

from decimal import Decimal
from typing import NamedTuple

TIERS = tuple(letter + number for letter in "ABCD" for number in "3210")


class TierRow(NamedTuple):
    """One tier of one case type; hours belong to the new points."""

    old: int
    new: int
    annual: Decimal
    monthly: Decimal


class ContactRow(NamedTuple):
    """One activity of help on a colleague's case: three old levels, one new value."""

    old_codes: tuple[str, ...]
    old_minutes: tuple[int, ...]
    old_points: tuple[int, ...]
    new_code: str
    new_minutes: int
    f1: int
    f2: int


def _tiers(text: str) -> dict[str, TierRow]:
    rows = (line.split() for line in text.strip().splitlines())
    return {t: TierRow(int(o), int(n), Decimal(a), Decimal(m)) for t, o, n, a, m in rows}


COMMUNITY = _tiers("""
A3 206 128 95.5 7.32
A2 158 124 92.5 7.09
A1 146 119 89   6.83
A0 110  27 20   1.53
B3 146 116 86.5 6.63
B2 115 112 84   6.44
B1 102 108 80.5 6.17
B0  72  27 20   1.53
C3  79  95 71   5.44
C2  63  74 55   4.22
C1  50  69 51.5 3.95
C0  35  25 18.5 1.42
D3  51  66 49.5 3.8
D2  41  52 38.5 2.95
D1  29  49 36.5 2.8
D0  29  21 15.5 1.19
""")

LICENCE = _tiers("""
A3 219 158 118   9.05
A2 175 151 113   8.67
A1 163 145 108.5 8.32
A0   0   0 0     0
B3 161 128 95.5  7.32
B2 132 122 91.5  7.02
B1 119 117 87.5  6.71
B0   0   0 0     0
C3  77  84 62.5  4.79
C2  65  65 48.5  3.72
C1  52  60 44.5  3.41
C0   0   0 0     0
D3  51  63 47    3.6
D2  43  46 34.5  2.65
D1  31  42 31.5  2.42
D0   0   0 0     0
""")

#: The 28 tiers that earn something.
EARNING = [row for table in (COMMUNITY, LICENCE) for row in table.values() if row.new]

CUSTODY = dict(zip(TIERS, (75, 60, 59, 0, 59, 48, 47, 0, 30, 24, 23, 0, 17, 14, 13, 0), strict=True))


def _contacts(text: str) -> dict[str, ContactRow]:
    found = {}
    for line in text.strip().splitlines():
        activity, codes, minutes, points, new = (part.strip() for part in line.split("|"))
        code, new_minutes, f1, f2 = new.split()
        found[activity] = ContactRow(
            tuple(f"CMS{number}" for number in codes.split("/")),
            tuple(int(number) for number in minutes.split("/")),
            tuple(int(number) for number in points.split("/")),
            code,
            int(new_minutes),
            int(f1),
            int(f2),
        )
    return found


CONTACTS = _contacts("""
Assistance with assessments             | 31/32/33 | 30/45/60 | 9/13/18 | CMS40 30  9  9
Assistance with case conferencing       | 10/11/12 | 30/60/90 | 9/18/26 | CMS41 60 17 18
Attending partnership meetings          | 07/08/09 | 30/60/90 | 9/18/26 | CMS42 60 17 18
Case related communication              | 28/29/30 | 15/30/60 | 5/9/18  | CMS43 20  6  6
Completing and assisting with referrals | 04/05/06 | 30/60/90 | 9/18/26 | CMS44 30  9  9
Court liaison and applications to court | 25/26/27 | 30/45/60 | 9/13/18 | CMS45 45 13 14
HDC assessments and support             | 19/20/21 | 30/45/60 | 9/13/18 | CMS46 45 13 14
Home and prison visits                  | 16/17/18 | 30/45/60 | 9/13/18 | CMS47 60 17 18
Information and intelligence gathering  | 13/14/15 | 30/45/60 | 9/13/18 | CMS48 15  4  5
ROTL assessments and support            | 34/35/36 | 30/45/60 | 9/13/18 | CMS49 45 13 14
Sentence plan intervention delivery     | 01/02/03 | 30/45/60 | 9/13/18 | CMS50 60 17 18
Victims services liaison                | 22/23/24 | 15/30/45 | 5/9/13  | CMS51 15  4  5
""")
