"""What the machine can train on: accelerators and their free memory, RAM, cores and disk.

Facts name no host, user, path or serial number, so a saved run can be shown to anybody.
"""

from advisor.profilers.hardware.profile import planned_hardware, profile_hardware

__all__ = ["planned_hardware", "profile_hardware"]
