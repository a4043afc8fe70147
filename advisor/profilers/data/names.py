"""Column names that public data sets use, in the order in which they are preferred."""

from __future__ import annotations

LABEL_COLUMNS = (
    *("label", "labels", "gold_label", "class", "category", "target", "sentiment", "intent"),
    *("topic", "score", "rating", "stars", "similarity", "similarity_score", "y", "answer"),
)
# A text column of one of these names is preferred to other columns that hold texts.
TEXTS = (
    *("text", "sentence", "content", "body", "review", "comment", "message", "tweet", "document"),
    *("email", "article", "post", "utterance", "passage", "abstract", "description", "question"),
)
# A heading belongs to the text beside it: the two are one text and no pair to be compared.
HEADINGS = frozenset({"title", "subject", "headline", "name"})
PAIRS = (
    ("premise", "hypothesis"),
    ("sentence1", "sentence2"),
    ("sentence_1", "sentence_2"),
    ("sentence_a", "sentence_b"),
    ("question1", "question2"),
    ("question_1", "question_2"),
    ("text1", "text2"),
    ("text_1", "text_2"),
    ("text_a", "text_b"),
    ("question", "sentence"),
    ("question", "passage"),
    ("query", "passage"),
    ("query", "document"),
)
MESSAGES = ("messages", "conversations", "conversation", "chat", "dialog", "turns")
TOKENS = ("tokens", "words")
TAG_COLUMNS = ("ner_tags", "tags", "pos_tags", "chunk_tags", "labels", "tag", "label")
QUESTIONS = ("question", "query", "stem", "goal", "premise", "sentence", "prompt", "context", "ctx")
CHOICE_COLUMNS = ("choices", "options", "endings", "candidates")
CHOICE_LABELS = ("answerkey", "answer_key", "answer_idx", "correct_answer", "answer", "label")
ANSWERS = ("answers", "answer")
# Inputs and output of generation; the columns in the middle may be absent.
GENERATION = (
    (("instruction",), ("input", "context"), ("output", "response", "completion", "answer")),
    (("prompt",), ("input", "context"), ("completion", "response", "output", "answer")),
    (("input",), (), ("output", "target", "response")),
    (("question",), ("context", "passage"), ("answer", "answers", "response", "output")),
    (("query",), (), ("response", "answer", "output")),
    (("source",), (), ("target",)),
    (("src",), (), ("tgt",)),
    (("input_text",), (), ("target_text",)),
    (("document",), (), ("summary",)),
    (("article",), (), ("highlights", "summary", "abstract")),
    (("dialogue",), (), ("summary",)),
    (("text",), (), ("summary",)),
)
CODE_INPUTS = ("prompt", "docstring", "func_documentation_string", "instruction", "nl", "intent")
CODE_OUTPUTS = ("canonical_solution", "func_code_string", "code", "solution_code", "snippet")
OUTPUTS = frozenset(name for _, _, outputs in GENERATION for name in outputs)
IDENTIFIERS = frozenset({"id", "_id", "idx", "index", "guid", "uid", "uuid", "key", "row", "pid"})
KNOWN_NAMES = frozenset(
    {
        *LABEL_COLUMNS,
        *TEXTS,
        *HEADINGS,
        *TOKENS,
        *TAG_COLUMNS,
        *QUESTIONS,
        *CHOICE_COLUMNS,
        *OUTPUTS,
        *IDENTIFIERS,
    }
    | {name for pair in PAIRS for name in pair}
)
"""Names that are believed to be a header even where the same word stands among the values."""


def is_identifier(name: str) -> bool:
    """Whether a column of this name numbers the rows instead of describing them."""
    lowered = name.lower()
    return lowered in IDENTIFIERS or lowered.endswith(("_id", "_uuid", "_idx"))
