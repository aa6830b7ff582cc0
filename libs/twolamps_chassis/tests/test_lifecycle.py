"""A process: may it hold many streams?"""

import subprocess
import sys

CHILD = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
from twolamps_chassis.lifecycle import allow_many_streams
allow_many_streams()
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
print(soft == min(hard, 65536) or hard == resource.RLIM_INFINITY and soft == 65536)
"""


def test_a_process_takes_as_many_files_as_it_is_allowed() -> None:
    assert subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True).stdout == "True\n"
