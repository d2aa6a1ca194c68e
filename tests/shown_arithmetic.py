"""Reads arithmetic that was written for people, computes it by hand's rules in decimal, and says whether it holds.

It shares nothing with what writes: its own parser, decimals in place of binary floating point, and no array of a trace.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP, Emin=-9999, Emax=9999, traps=[])
TOKENS = re.compile(
    r"\d[\d,]* (?:other terms that add up to|more|zeros?)"  # remarks
    r"|\d+(?:\.\d+)?(?:e−?\d+)?|½|∞|NaN"  # numbers
    r"|[a-zσ]+\d*[a-z]*|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|\S"
)
REMARK = re.compile(r"(\d[\d,]*) (other terms that add up to|zeros?|more)")
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
ONE, TWO = Decimal(1), Decimal(2)


def number(text):
    """Return the value of a number as it is written."""
    return {"½": ONE / TWO, "∞": Decimal("inf"), "−∞": Decimal("-inf")}.get(text) or Decimal(text.replace("−", "-"))


def erf(x):
    if abs(x) > 8:
        return ONE.copy_sign(x)
    term = total = x
    for k in range(1, 400):
        term *= -x * x / k
        total += term / (2 * k + 1)
    return total * 2 / Decimal("3.14159265358979323846264338327950288419716939937510").sqrt()


def tanh(x):
    return ONE.copy_sign(x) if abs(x) > 100 else ((2 * x).exp() - 1) / ((2 * x).exp() + 1)


FUNCTIONS = {
    "exp": lambda x: x.exp(),
    "expm1": lambda x: x.exp() - 1,
    "log": lambda x: x.ln(),
    "log1p": lambda x: (1 + x).ln(),
    "tanh": tanh,
    "σ": lambda x: ONE / (1 + (-x).exp()),
    "√": lambda x: x.sqrt(),
    "sign": lambda x: Decimal((x > 0) - (x < 0)),
    "erf": erf,
    "max": lambda *each: each[0] if any(x.is_nan() for x in each) else max(each),
    "min": lambda *each: each[0] if any(x.is_nan() for x in each) else min(each),
}
COMPARISONS = {
    "<": Decimal.__lt__,
    "≤": Decimal.__le__,
    ">": Decimal.__gt__,
    "≥": Decimal.__ge__,
    "=": Decimal.__eq__,
    "≠": Decimal.__ne__,
}


class Reading:
    """The value of a written expression, and of the sizes of all that is added in it, which bounds rounding."""

    def __init__(self, text):
        self.text = text
        self.tokens = [found[0] for found in TOKENS.finditer(self.joined(text))]
        with localcontext(CONTEXT):
            self.value, self.size = self.sum()
        assert not self.tokens, f"{self.tokens} is left of {text}"

    @staticmethod
    def joined(text):
        return re.sub(r"\s+", " ", text)

    def peek(self):
        return self.tokens[0] if self.tokens else ""

    def take(self, expected=None):
        token = self.tokens.pop(0)
        assert expected in (None, token), f"{token} stands where {expected} should, in {self.text}"
        return token

    def sum(self):
        value, size = self.product()
        while self.peek() in ("+", "−"):
            sign = self.take()
            other, wide = self.product()
            value = value + other if sign == "+" else value - other
            size += wide
        return value, size

    def product(self):
        value, size = self.signed()
        while self.peek() in ("·", "/"):
            sign = self.take()
            other, wide = self.signed()
            if sign == "·":
                value, size = value * other, size * wide
            else:
                value, size = value / other, size / abs(other) + abs(value / other) * wide / abs(other)
        return value, size

    def signed(self):
        if self.peek() == "−":
            self.take()
            value, size = self.signed()
            return -value, size
        return self.power()

    def power(self):
        value, size = self.atom()
        if re.fullmatch(r"[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+", self.peek()):
            exponent = Decimal(self.take().translate(RAISED))
        elif self.peek() == "^":
            self.take()
            exponent, _ = self.atom()
        else:
            return value, size
        raised = value**exponent if value or exponent else ONE
        return raised, abs(raised) + (abs(raised * exponent / value) * size if value else 0)

    def atom(self):
        token = self.take()
        if match := REMARK.fullmatch(token):
            if match[2].startswith("other"):
                return self.signed()
            return (Decimal(0), Decimal(0)) if match[2].startswith("zero") else (Decimal("-inf"), Decimal(0))
        if token == "–":
            return Decimal("-inf"), Decimal(0)
        if token[0].isdigit() or token in ("½", "∞", "NaN"):
            return number(token), abs(number(token))
        if token == "(":
            return self.until(")")
        if token == "|":
            value, size = self.until("|")
            return abs(value), size
        if token == "[":
            left, _ = self.sum()
            compare = COMPARISONS[self.take()]
            right, _ = self.until("]")
            return Decimal(compare(left, right)), ONE
        return self.call(token)

    def until(self, closing):
        inner = self.sum()
        self.take(closing)
        return inner

    def call(self, name):
        self.take("(")
        places, operands = [], []
        while True:
            if len(self.tokens) > 1 and self.tokens[1] == ":":
                places.append(int(self.take()))
                self.take(":")
            operands.append(self.sum())
            if self.take() == ")":
                break
        values = [value for value, _ in operands]
        if name == "argmax":
            place = max(range(len(values)), key=lambda place: (values[place], -place))
            return Decimal((places or range(len(values)))[place]), ONE
        result = FUNCTIONS[name](*values)
        if len(operands) > 1:
            return result, max(size for _, size in operands)
        (value, size), little = operands[0], Decimal("1e-20")
        step = size * little
        steep = abs(FUNCTIONS[name](value + step) - result) / step if step.is_normal() else Decimal(0)
        return result, abs(result) + steep * size


@dataclass(frozen=True)
class Equation:
    """An equation as it is shown."""

    left: str
    sign: str
    right: str

    def __str__(self):
        return f"{self.left} {self.sign} {self.right}"

    @property
    def is_true(self):
        """Whether the left rounds to the right, to its last digit and to four digits at least."""
        return abs(Reading(self.left).value - number(self.right)) <= self.last_place / 2 or self.is_the_same

    @property
    def is_the_same(self):
        left, right = Reading(self.left).value, number(self.right)
        return left == right or (left.is_nan() and right.is_nan())

    @property
    def last_place(self):
        right = number(self.right)
        if not right or not right.is_finite():
            return Decimal(0)
        return ONE.scaleb(min(right.as_tuple().exponent, right.adjusted() - 3), CONTEXT)

    def is_rounded(self, precision):
        """Whether numbers of a precision can be so far from what the shown ones come to, by their rounding."""
        read, right = Reading(self.left), number(self.right)
        return abs(read.value - right) <= max(16 * Decimal(precision) * read.size, Decimal("1e-37"))


NUMBER = r"−?[\d.]+(?:e−?\d+)?|−?∞|NaN"


def equation_of_cell(text):
    """Return the equation among the lines that a cell is printed as: formula, numbers and result."""
    _, numbers, result = text.splitlines()
    return Equation(numbers.split(" = ", 1)[1], *re.fullmatch(rf" +([=≈]) ({NUMBER})", result).groups())


def equation_of_why(text):
    """Return the equation among the lines about a cell that `why` shows, or None if its number is only copied."""
    lines = text.split("\n\n")[1].splitlines()
    sign, result = re.fullmatch(rf" +([=≈]) ({NUMBER})(?:    .*)?", lines[-1]).groups()
    return Equation(re.fullmatch(r" += (.*)", lines[1])[1], sign, result) if len(lines) == 3 else None


def equation_of_terms(text):
    """Return the terms that `why` lists, which add up to the cell; None if it lists none, or those of a part of it."""
    _, _, list_of_terms = text.partition("The largest of its ")
    if not list_of_terms:
        return None
    lines = list_of_terms.split("\n\n")[0].splitlines()[1:]
    found = [re.fullmatch(rf"  .*?  +({NUMBER})(?:  \S+)?", line) for line in lines]
    sign, result = re.search(rf"\n +([=≈]) ({NUMBER})(?:    .*)?$", text.split("\n\n")[1]).groups()
    return Equation(" + ".join(f"({match[1]})" for match in found if match), sign, result)


def equations_of_derivation(text):
    """Return the equations in numbers of a derivation's text; lines in symbols and tables are passed over."""
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.endswith(" ]")]
        whole = re.sub(r"\n +(?=[+−=≈·/] )", " ", "\n".join(lines))
        for line in whole.splitlines():
            match = re.fullmatch(rf"    [^=≈]+ = (.*) ([=≈]) ({NUMBER})", line)
            if match and not re.search(r"[Σ_]|\[[^\W\d]", match[1]):
                found.append(Equation(*match.groups()))
    return found
