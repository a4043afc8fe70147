from .writing import calibrate as calibrate
from .writing import fitted_yaml as fitted_yaml
