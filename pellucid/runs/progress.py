import contextlib
class Silent:
    def say(self, text): pass
    @contextlib.contextmanager
    def task(self, name, total): yield lambda n=1: None
    def epoch(self, record, epochs, seconds_left): pass
