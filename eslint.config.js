import js from "@eslint/js";
import globals from "globals";

const SCRIPT = "src/whence/views/*/script";

/** What whence.views.browser.bundle, which puts all modules into one scope, would not see. */
const UNSEEN = [
  { selector: "ImportExpression", message: "Import at the top of the module." },
  {
    selector: ":matches(Program, ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator[id.type=/Pattern/]",
    message: "Declare each name of a module's top level by itself.",
  },
];

const floor = (folder, above) => ({
  files: [`${SCRIPT}/${folder}/**`],
  rules: {
    "no-restricted-imports": ["error", { patterns: [{ group: above, message: `${folder} must not look upward.` }] }],
  },
});

export default [
  js.configs.recommended,
  {
    files: [`${SCRIPT}/**`],
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      "no-restricted-syntax": ["error", ...UNSEEN],
    },
  },
  floor("core", ["**/state/**", "**/view/**"]),
  floor("state", ["**/view/**"]),
];
