"""What all errors with words for people have in common, so that each way in need know two kinds only."""


class RefusalError(Exception):
    """What was given or asked for is refused as it is; the message says why and what to do."""


class NotNowError(Exception):
    """What was asked for makes sense and cannot be done now; the message says why and what to do."""
