"""Derivations in HTML: well-formed, self-contained, with MathML."""

import re
import xml.etree.ElementTree as ElementTree

import numpy as np

import traced_networks as networks
from whence.formula import index_form
from whence.nn import BatchNorm, CrossEntropy, Dropout, Linear, ReLU, Sequential
from whence.optim import Adam
from whence.trace import trace
from whence.views.derivation import as_html, derive
from whence.views.mathematics import to_mathml


def page():
    net = Sequential(Linear(5, 4), BatchNorm(), ReLU(), Dropout(0.4), Linear(4, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), Adam(clip_norm=1, weight_decay=0.1), *networks.batch())
    return as_html(derive(step, numbers=True))


def test_the_page_needs_nothing_from_elsewhere():
    assert not re.search(r"<script|<link|<img|src=|href=|url\(", page())


def test_mathematics_is_well_formed_mathml():
    found = re.findall(r"<math.*?</math>", page(), re.DOTALL)
    assert len(found) > 100
    children = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3}
    for each in found:
        for element in ElementTree.fromstring(each).iter():
            if element.tag in children:
                assert len(element) == children[element.tag], ElementTree.tostring(element)


def test_a_formula_in_mathml():
    step = networks.traced_classifier(4)
    text = re.sub(r"<[^>]+>", "", to_mathml(index_form(step.formulas["dW1"], step)))
    assert text == "∂L∂W1[i,j]=∑nx[n,i]·∂L∂z1[n,j]"
