from .questions import open_questions as open_questions
from .saved import forget_answers as forget_answers
from .saved import save_answers as save_answers
from .saved import saved_answers as saved_answers
from .session import Quit as Quit
from .session import Session as Session
