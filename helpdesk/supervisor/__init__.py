"""Keep named child processes: start them in order, restart what dies, stop all in reverse order."""

from helpdesk.supervisor.child import Child, DidNotStart
from helpdesk.supervisor.keeping import StopAsked, Supervisor
from helpdesk.supervisor.lock import AlreadyRuns, FolderLock

__all__ = ["AlreadyRuns", "Child", "DidNotStart", "FolderLock", "StopAsked", "Supervisor"]
