"""Facts about the commands that tell instead of advise: help, version, explain, rules, doctor."""

from __future__ import annotations

import getpass
import re
import socket
from pathlib import Path

import pytest
from command_line import PLAN, as_command, refused
from house_rules import house_rule

import advisor as package
from advisor.facts import load_vocabulary

COMMANDS = [
    [], ["ask"], ["advise"], ["check"], ["explain"], ["doctor"], ["rules"],
    ["rules", "list"], ["rules", "show"], ["rules", "check"], ["rules", "test"],
    ["rules", "schema"],
]  # fmt: skip


def name_of(words: list[str]) -> str:
    return " ".join(["advisor", *words])


# Help and version


def test_version_names_the_program_and_its_version(advisor):
    result = advisor("--version")
    assert (result.code, result.out) == (0, f"advisor {package.__version__}\n")


@pytest.mark.parametrize("words", COMMANDS, ids=name_of)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_has_help(advisor, words, flag):
    result = advisor(*words, flag)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: {name_of(words)} ")


@pytest.mark.parametrize("words", COMMANDS, ids=name_of)
def test_every_help_has_an_example_on_a_line_of_its_own(advisor, words):
    example = rf"^ +(For example: )?{name_of(words)}( |$)"
    if words in ([], ["rules"]):  # groups show one of their commands
        example = rf"^ +(For example: )?{name_of(words)} [a-z]"
    usage, _, rest = advisor(*words, "--help").out.partition("\n")
    assert usage
    assert re.search(example, rest, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "No such command 'nope'"),
        (["advise", "--nope"], "No such option: --nope"),
        (["advise", "extra"], "extra"),
        (["advise", "--facts"], "'--facts' requires an argument"),
        (["advise", "--format", "xml"], "'xml' is not one of"),
        (["advise", "--gpus", "two"], "'two' is not a valid int"),
        (["rules", "nope"], "No such command 'nope'"),
        (["explain"], "Missing argument"),
        (["rules", "show"], "Missing argument"),
    ],
)
def test_wrong_usage_is_named_with_exit_code_2(advisor, arguments, message):
    refused(advisor(*arguments), message)


# explain


@pytest.mark.parametrize(
    ("topic", "parts"),
    [
        ("Q112", ["Q112", "Claim:", "Why:", "Source:", "When this rule is wrong:"]),
        ("q112", ["Q112"]),
        (" F201 ", ["F201", "Rules out:", "Nearest change:"]),
        ("R504", ["R504", "Watch:"]),
        ("data_adequacy", ["decision.data_adequacy", "scarce"]),
        ("data.train_examples", ["data.train_examples", "examples"]),
        ("DATA.TRAIN_EXAMPLES", ["data.train_examples"]),
        ("soft prompt", ["soft prompt"]),
        ("Soft-Prompt", ["soft prompt"]),
        ("lora", ["lora"]),
        ("full_fine_tuning", ["full fine-tuning"]),
        ("deciban", ["deciban"]),
    ],
)
def test_a_topic_is_explained(advisor, topic, parts):
    result = advisor("explain", topic)
    assert (result.code, result.err) == (0, "")
    assert [part for part in parts if part not in result.out] == []


def test_every_fact_that_is_listed_is_explained(advisor):
    listed = advisor("explain", "facts").out.splitlines()
    assert listed == list(load_vocabulary())
    for key in listed[::20]:
        assert advisor("explain", key).code == 0


def test_every_term_that_is_listed_is_explained(advisor):
    listed = advisor("explain", "terms").out.splitlines()
    assert "soft prompt" in listed
    assert [term for term in listed[::4] if advisor("explain", term).code != 0] == []


@pytest.mark.parametrize(
    ("topic", "hint"),
    [
        ("data.train_exmples", "did you mean data.train_examples"),
        ("Q1112", "did you mean Q11"),
        ("soft promt", "did you mean soft prompt"),
        ("zzzz", "advisor explain facts"),
        ("", "advisor explain facts"),
        ("x" * 100_000, "advisor explain facts"),
        ("\x1b[31m", "advisor explain facts"),
    ],
)
def test_an_unknown_topic_is_refused_with_a_hint(advisor, topic, hint):
    result = advisor("explain", topic)
    refused(result, "nothing is known under", hint)
    assert "\x1b" not in result.err
    assert len(result.err) < 1000


# rules


def test_rules_are_listed_once_each_in_the_order_of_their_codes(advisor):
    result = advisor("rules", "list")
    codes = [line.split()[0] for line in result.out.splitlines()]
    assert result.code == 0
    assert codes == sorted(set(codes))
    assert "F201" in codes


def test_every_listed_rule_can_be_shown(advisor):
    for line in advisor("rules", "list").out.splitlines()[::5]:
        code = line.split()[0]
        result = advisor("rules", "show", code)
        assert result.code == 0
        assert result.out.startswith(f"{code} ")


def test_an_unknown_rule_is_refused_with_a_hint(advisor):
    refused(advisor("rules", "show", "F20"), "there is no rule 'F20'", "did you mean F20")
    refused(advisor("rules", "show", "zzz"), "there is no rule", "advisor rules list shows them")


def test_the_shipped_rules_pass_their_check_and_their_cases(advisor):
    check, cases = advisor("rules", "check"), advisor("rules", "test")
    assert check.code == 0, check.out
    assert cases.code == 0, cases.out
    assert check.out.endswith(": 0 errors\n")
    assert re.search(r"^(\d+) of \1 cases passed;", cases.out, re.MULTILINE)


def test_the_schema_is_one_json_schema(advisor):
    schema = advisor("rules", "schema").json
    assert schema["type"] == "object"
    assert "rules" in schema["properties"]


@pytest.mark.parametrize("words", [["list"], ["show", "H901"], ["check"], ["test"]])
def test_house_rules_are_seen_by_every_rules_command(advisor, tmp_path, words):
    pack = house_rule(tmp_path / "our-rules")
    result = advisor("rules", *words, "--rules", pack)
    assert result.code == 0
    assert (words[0] in ("check", "test")) or "H901" in result.out


def test_a_house_rule_is_explained_as_one(advisor, tmp_path):
    pack = house_rule(tmp_path / "our-rules")
    assert "House rule of our-rules" in advisor("explain", "H901", "--rules", pack).out
    refused(advisor("explain", "H901"))


def test_a_house_rule_has_its_effect_and_is_named_in_the_report(advisor, facts_file, tmp_path):
    plan, pack = facts_file(PLAN), house_rule(tmp_path / "our-rules")

    def score(run):
        return {entry["method"]: entry["score"] for entry in run["ranking"]}["lora"]

    without = advisor("advise", "--facts", plan, "--format", "json").json
    with_it = advisor("advise", "--facts", plan, "--rules", pack, "--format", "json").json
    assert score(with_it) == score(without) + 3


def test_a_house_rule_with_the_code_of_a_shipped_one_replaces_it(advisor, facts_file, tmp_path):
    pack = house_rule(
        tmp_path / "our-rules", "    when: {}\n    effects: {lora: 0}", code="F211",
        name="the-provider-tunes",
    )  # fmt: skip
    plan = facts_file({**PLAN, "model.weights_access": "api_only"})
    assert advisor("advise", "--facts", plan).code == 4
    assert advisor("advise", "--facts", plan, "--rules", pack).code != 4
    listed = advisor("rules", "list", "--rules", pack).out
    assert "the-provider-tunes  [our-rules]" in listed
    assert "weights-not-accessible" not in listed


def test_of_two_folders_of_house_rules_the_later_one_wins(advisor, tmp_path):
    one, two = (house_rule(tmp_path / name, name=name) for name in ("one-pack", "two-pack"))
    listed = advisor("rules", "list", "--rules", one, "--rules", two).out
    assert "two-pack  [two-pack]" in listed
    assert "one-pack" not in listed


BAD_RULES = {
    "no YAML": ("rules:\n  - code: [\n", ["own.yaml, line", "not valid YAML"]),
    "an unknown field": (None, ["own.yaml, line", "'beleived'", "did you mean believed"]),
    "a number for a word": ("rules: 5\n", ["own.yaml, line 1", "rules"]),
    "an empty file": ("", ["own.yaml"]),
    "only a comment": ("# nothing\n", ["own.yaml"]),
    "a list": ("- 1\n", ["own.yaml, line 1"]),
    "an alias": ("rules: &a []\nmore: *a\n", ["own.yaml, line 1", "anchors and aliases"]),
    "deep nesting": ("rules: " + "[" * 100_000, ["own.yaml, line 1", "nested deeper"]),
    "NUL": ("rules:\n\0", ["own.yaml, line 2", "NUL"]),
}


@pytest.mark.parametrize("name", BAD_RULES)
@pytest.mark.parametrize("words", [["rules", "check"], ["advise", "--no-detect"]], ids=name_of)
def test_a_bad_house_rule_is_refused_with_file_and_line(advisor, tmp_path, words, name):
    text, parts = BAD_RULES[name]
    pack = house_rule(tmp_path / "our-rules")
    path = pack / "own.yaml"
    if text is None:
        text = path.read_text(encoding="utf-8")
        text = text.replace("    why:", "    beleived: x\n    why:")
    path.write_text(text, encoding="utf-8")
    refused(advisor(*words, "--rules", pack), "our-rules/", *parts)


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        ("    when: {task.typ: code}\n    effects: {lora: 3}", ["task.typ", "did you mean"]),
        ("    when: {task.type: cod}\n    effects: {lora: 3}", ["cod", "line 6"]),
        ("    when: {}\n    effects: {lorra: 3}", ["lorra", "lora"]),
        ("    when: {data.train_examples: '>= ten'}\n    effects: {lora: 3}", ["ten", "line 6"]),
    ],
)
def test_a_house_rule_about_nothing_known_is_refused(advisor, tmp_path, lines, parts):
    pack = house_rule(tmp_path / "our-rules", lines)
    refused(advisor("rules", "check", "--rules", pack), "our-rules/own.yaml", *parts)


def test_a_house_rule_whose_case_fails_is_reported_with_exit_code_2(advisor, tmp_path):
    pack = house_rule(tmp_path / "our-rules", case="{name: never, facts: {}, expect: silent}")
    result = advisor("rules", "test", "--rules", pack)
    assert result.code == 2
    assert "failed  H901 never: expected silent, got fires" in result.out
    assert "our-rules/own.yaml, line" in result.out


@pytest.mark.parametrize("name", ["missing", "a-file", "empty"])
def test_a_folder_without_rules_is_refused(advisor, tmp_path, name):
    (tmp_path / "a-file").write_text("rules: []\n", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    refused(advisor("rules", "list", "--rules", tmp_path / name), str(tmp_path / name))


# doctor


@pytest.fixture(scope="module")
def doctor(tmp_path_factory):
    """One run with a home of its own, since it may have to wait for torch."""
    home = tmp_path_factory.mktemp("a-very-private-home")
    return home, as_command("doctor", env={"HOME": str(home), "USER": "a-private-user"}, cwd=home)


def test_the_doctor_lists_its_checks_with_a_status_each(doctor):
    _, result = doctor
    head, *checks = result.out.splitlines()
    assert head == f"advisor {package.__version__}"
    assert {"python", "ram", "disk", "nvml", "torch"} <= {line.split()[1] for line in checks}
    assert {line.split()[0] for line in checks} <= {"ok", "warning", "missing", "failed"}
    assert result.err == ""


def test_the_doctor_fails_only_if_a_check_could_not_be_carried_out(doctor):
    _, result = doctor
    failed = any(line.startswith("failed") for line in result.out.splitlines())
    assert result.code == (1 if failed else 0)


def test_the_doctor_tells_nothing_personal(doctor):
    home, result = doctor
    told = result.out.lower()
    for word in (getpass.getuser(), "a-private-user", socket.gethostname()):
        assert not re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", told), word
    for path in (str(home), str(Path.home()), str(Path(package.__file__).parent)):
        assert path.lower() not in told
    assert "/" not in re.sub(r"\d+/\d+", "", told), "no path of any kind"


def test_the_doctor_does_not_touch_the_network_unless_asked(doctor):
    _, result = doctor
    assert re.search(r"^ok +network +not tested", result.out, re.MULTILINE)
