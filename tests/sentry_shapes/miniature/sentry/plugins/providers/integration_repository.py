class RepoExistsError(Exception):
    pass
