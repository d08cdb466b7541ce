"""A cache that forgets what was not used for longest."""

from collections import OrderedDict


class LruCache:
    def __init__(self, capacity):
        self._capacity = capacity
        self._entries = OrderedDict()

    def get(self, key, default=None):
        if key not in self._entries:
            return default
        return self._entries[key]

    def put(self, key, value):
        self._entries[key] = value
        if len(self._entries) > self._capacity:
            self._entries.popitem(last=True)

    def __len__(self):
        return len(self._entries)
