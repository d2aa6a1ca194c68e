"""How a program in C reads dates."""

from __future__ import annotations

from whence.interop.programs.dates import MONTHS, letters_of
from whence.interop.programs.loops import indented
from whence.interop.programs.program import TableRows

FUNCTIONS = "day days_of day_of field begins months count_of tolower isdigit isspace"
"""The names that the code defines or calls."""

_DAY = """// Return the days since 1970 began of a date in one of several forms.
static double day(const char *cell, const char *const *forms, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double days = days_of(cell, forms[i]);
        if (!isnan(days)) return days;
    }
    char message[300];
    snprintf(message, sizeof message, "the cell %s is no date", cell);
    stop(message);
    return NAN;
}"""
_FIELD = """// Read a whole number of so many digits; -1 if there is none, or it is not in the range.
static int field(const char **cell, int least, int most, int low, int high)
{
    int value = 0, count = 0;
    for (; count < most && isdigit((unsigned char)**cell); count++) value = 10 * value + *(*cell)++ - '0';
    return count >= least && value >= low && value <= high ? value : -1;
}"""
_BEGINS = """// Return the length of a word if a text begins with it, in small or capital letters; 0 if it does not.
static size_t begins(const char *cell, const char *word, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (tolower((unsigned char)cell[i]) != tolower((unsigned char)word[i])) return 0;
    return length;
}"""
_DAY_OF = """// Return the days from 1970 to a day of a month; NAN if there is no such day.
static double day_of(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);
    if (day > lengths[month - 1] + leap) return NAN;
    int from_march = month > 2 ? month - 3 : month + 9;
    if (month <= 2) year--;
    return 365.0 * year + year / 4 - year / 100 + year / 400 + (153 * from_march + 2) / 5 + day - 719469;
}"""
_COUNT_OF = """// Read a number; NAN if there is none.
static double count_of(const char **cell)
{
    size_t length = strspn(*cell, "+-.0123456789eE");
    char *end;
    double value = strtod(*cell, &end);
    if (length == 0 || end != *cell + length) return NAN;
    *cell = end;
    return value;
}"""
_MONTH = """for (found = 12; found > 0; found--) {{
    const char *name = months[found - 1];
    size_t length = begins(cell, name, {length});
    cell += length;
    if (length > 0) break;
}}
month = found > 0 ? found : -1;
found = month;"""
_CASES = {
    "Y": "found = year = field(&cell, 4, 4, 1, 9999);",
    "y": "found = field(&cell, 2, 2, 0, 99);\nyear = found + (found < 69 ? 2000 : 1900);",
    "m": "found = month = field(&cell, least, 2, 1, 12);",
    "d": "found = day = field(&cell, least, 2, 1, 31);",
    "e": """if (*cell == ' ') {
    cell++;
    found = day = field(&cell, 1, 1, 1, 9);
} else {
    found = day = field(&cell, 1, 2, 1, 31);
}""",
    "b": _MONTH.format(length=3),
    "B": _MONTH.format(length="strlen(name)"),
    "H": "found = hour = field(&cell, least, 2, 0, 23);",
    "I": "found = hour = field(&cell, 1, 2, 1, 12);",
    "M": "found = minute = field(&cell, least, 2, 0, 59);",
    "S": "found = field(&cell, 1, 2, 0, 61);\nseconds = found;",
    "f": """found = field(&cell, least, 2, 0, 59);
seconds = found;
if (*cell == '.') {
    const char *most = ++cell + 18;
    for (double share = 0.1; cell < most && isdigit((unsigned char)*cell); share /= 10)
        seconds += share * (*cell++ - '0');
}""",
    "p": """found = begins(cell, "pm", 2) ? 12 : begins(cell, "am", 2) ? 0 : -1;
hour = hour % 12 + found;
cell += 2;""",
    "z": """while (*cell == ' ') cell++;
if (*cell == 'Z') {
    cell++;
} else if (*cell == '-' || *cell == '+') {
    int sign = *cell++ == '-' ? -1 : 1;
    int hours = field(&cell, 1, 2, 0, 23), minutes = 0;
    if (*cell == ':' || isdigit((unsigned char)*cell)) {
        if (*cell == ':') cell++;
        minutes = field(&cell, 1, 2, 0, 59);
    }
    if (hours < 0 || minutes < 0) return NAN;
    seconds -= sign * (3600 * hours + 60 * minutes);
}""",
    "q": "found = field(&cell, 1, 1, 1, 4);\nmonth = 3 * found - 2;",
    "V": "found = week = field(&cell, 2, 2, 1, 53);",
    "u": "found = weekday = field(&cell, 1, 1, 1, 7);",
    "x": "number = count_of(&cell) - 25569;",
    "s": "number = count_of(&cell) / 86400;",
    "Q": "number = count_of(&cell) / 86400000;",
    "n": "if (!isspace((unsigned char)*cell)) return NAN;\nwhile (isspace((unsigned char)*cell)) cell++;",
    "T": "if (*cell != 'T' && *cell != ' ') return NAN;\ncell++;",
    "-": "if (*cell == '-' || *cell == '/' || *cell == ' ') cell++;",
}
_SCAN = """for (; *form; form++) {{
    if (*form != '%') {{
        if (*cell++ != *form) return NAN;
        continue;
    }}
    int found = 0, least = form[1] == '0' ? 2 : 1; // a field has both its digits after %0
    form += least;
    switch (*form) {{
{cases}
    }}
    if (found < 0) return NAN;
}}
if (*cell) return NAN;"""
_WEEK = """if (week > 0) { // weeks begin on Mondays, the first with the fourth of January
    double fourth = day_of(year, 1, 4);
    days = fourth - fmod(fourth + 719470, 7) + 7 * (week - 1) + weekday - 1;
    if (week == 53 && days - weekday + 4 >= day_of(year + 1, 1, 1)) return NAN;
}"""


def reading_of_dates(table: TableRows) -> list[str]:
    """Return the functions that read the dates of a table, if it has any."""
    if not table.dated:
        return []
    letters = letters_of(table.dated)
    times, counts = letters & {*"HI"}, letters & {*"xsQ"}
    names = {"year": 1970, "month": 1, "day": 1} if letters & {*"Yy"} else {}
    names |= {"hour": 0, "minute": 0} if times else {}
    names |= {"week": 0, "weekday": 1} if "V" in letters else {}
    code = [f"int {', '.join(f'{name} = {value}' for name, value in names.items())};"] if names else []
    code += ["double seconds = 0;"] if times else []
    code += ["double number = NAN;"] if counts else []
    cases = [
        line
        for letter, lines in _CASES.items()
        if letter in letters
        for line in (f"    case '{letter}':", *indented([*lines.splitlines(), "break;"], "        "))
    ]
    code += _SCAN.format(cases="\n".join(cases)).splitlines()
    code += ["if (!isnan(number)) return number;" if names else "return number;"] if counts else []
    if names:
        code.append("double days = day_of(year, month, day);")
        code += _WEEK.splitlines() if "V" in letters else []
        code.append(f"return days{' + (3600.0 * hour + 60.0 * minute + seconds) / 86400' if times else ''};")
    said = "// Return the days since 1970 began of a date in a form with the letters of strftime; NAN if it is none."
    head = f"{said}\nstatic double days_of(const char *cell, const char *form)"
    months = ", ".join(f'"{month}"' for month in MONTHS)
    return [
        *([_FIELD, _DAY_OF] if names else []),
        *([_COUNT_OF] if counts else []),
        *([_BEGINS] if letters & {*"bBp"} else []),
        *([f"static const char *const months[] = {{{months}}};"] if letters & {*"bB"} else []),
        "\n".join([head, "{", *indented(code), "}"]),
        _DAY,
    ]
