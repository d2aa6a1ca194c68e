"""A grid search with a network in a pipeline: ``python scikit_learn.py titanic.csv``."""

import sys

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from whence.interop.sklearn import WhenceClassifier

people = pd.read_csv(sys.argv[1])
train, test = train_test_split(people, random_state=0, stratify=people["survived"])

columns = make_column_transformer(
    (make_pipeline(SimpleImputer(), StandardScaler()), ["age", "fare", "sibsp", "parch"]),
    (OneHotEncoder(handle_unknown="ignore"), ["sex", "class", "embarked"]),
)
network = WhenceClassifier((32,), solver="adamw", learning_rate_init=0.01, early_stopping=True, random_state=0)
grid = {"whenceclassifier__activation": ["relu", "gelu"], "whenceclassifier__dropout": [0.0, 0.3]}
search = GridSearchCV(make_pipeline(columns, network), grid, cv=3).fit(train, train["survived"])

for row, settings in enumerate(search.cv_results_["params"]):
    print(f"{search.cv_results_['mean_test_score'][row]:.3f}", *settings.values())
print(f"{search.score(test, test['survived']):.3f} on {len(test)} others with", *search.best_params_.values())
