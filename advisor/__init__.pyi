from .api import advise as advise
from .api import check_evidence as check_evidence
from .api import confirm as confirm
from .api import decision_map as decision_map
from .api import estimate_model as estimate_model
from .api import fit_weights as fit_weights
from .api import judge_portfolio as judge_portfolio
from .api import what_if as what_if

__version__: str
