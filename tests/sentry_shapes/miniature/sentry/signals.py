from django.dispatch import Signal

repo_linked = Signal()
integration_issue_created = Signal()
integration_issue_linked = Signal()
