"""Pavel Uvarov's ThreadPoolingMixIn of 2008, transcribed to Python 3 step by step, its defects included."""

import queue
import socketserver
import threading

import echo


class ThreadPoolingMixIn(socketserver.ThreadingMixIn):
    """Serves requests in a pool that grows when more than three wait and shrinks when many workers are idle."""

    def init_thread_pool(self, min_workers=5, max_workers=100, min_spare_workers=5):
        self.q = queue.Queue()
        self.min_workers = min_workers
        self.max_workers = max_workers
        self.min_spare_workers = min_spare_workers
        self.num_workers = 0
        self.num_busy_workers = 0
        self.workers_mutex = threading.Lock()
        self.start_workers(self.min_workers)

    def start_workers(self, n):
        for _ in range(n):
            threading.Thread(target=self.worker, daemon=True).start()

    def worker(self):
        with self.workers_mutex:
            self.num_workers += 1
        while True:
            request, client_address = self.q.get()
            with self.workers_mutex:
                self.num_busy_workers += 1
            self.process_request_thread(request, client_address)
            self.q.task_done()
            with self.workers_mutex:
                self.num_busy_workers -= 1
                if self.num_workers - self.num_busy_workers > self.min_spare_workers:
                    self.num_workers -= 1
                    return

    def process_request(self, request, client_address):
        self.q.put((request, client_address))
        with self.workers_mutex:
            if self.q.qsize() > 3 and self.num_workers < self.max_workers:
                self.start_workers(1)


class PoolingEchoServer(ThreadPoolingMixIn, echo.EchoServer):
    pass


if __name__ == "__main__":
    echo.serve(PoolingEchoServer)
