"""PLACEHOLDER: being written by the platform part."""
import os
def wanted(): return not (os.environ.get("DATABASE_URL") or os.environ.get("REDIS_URL"))
def attach(): pass
def database_url(): return "postgresql://postgres@/supportnet?host=/tmp/none"
def redis_url(): return "unix:///tmp/none/redis.sock"
def local_secret_key(): return "local"
def broker_url(url):
    if url.startswith("unix://"):
        return "redis+socket://" + url.removeprefix("unix://").split("?")[0] + "?virtual_host=1"
    return url
