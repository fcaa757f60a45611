"""Long work that shows its progress, can be stopped, and goes on where it was when its worker was killed.

A job is a list of keys and the name of a work. A worker claims it for a while and does it chunk by chunk: each chunk
and the progress that it made are one transaction, so that a kill at any moment repeats nothing and loses nothing.
"""

from .asking import STOP_ASKED, resume_job, start_job, stop_job
from .job import Job, Work, works
from .working import do_keys, run_job, run_jobs

__all__ = [
    "STOP_ASKED",
    "Job",
    "Work",
    "do_keys",
    "resume_job",
    "run_job",
    "run_jobs",
    "start_job",
    "stop_job",
    "works",
]
