"""The app whose handlers open endpoints of every kind on the loop that serves them."""

APP = """
    import asyncio, concurrent.futures, os, signal, socket, ssl, sys, tempfile, threading
    import necro

    app = necro.App()

    @app.get("/who")
    async def who():
        return threading.get_native_id()

    async def shout(reader, writer):
        async for line in reader:
            writer.write(line.upper())
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def asked(reader, writer, line=b"ghouls\\n"):
        writer.write(line)
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return answer.decode()

    class Collected(asyncio.Protocol):
        "Collects what comes and notes what happens."
        def __init__(self):
            self.events, self.received = [], b""
            self.closed = asyncio.get_running_loop().create_future()
            self.paused = asyncio.Event()
            self.resumed = asyncio.Event()
        def connection_made(self, transport):
            self.transport = transport
            self.events.append("made")
        def data_received(self, data):
            self.received += data
        def eof_received(self):
            self.events.append("eof")
        def connection_lost(self, error):
            self.events.append("lost" if error is None else type(error).__name__)
            self.closed.set_result(None)
        def pause_writing(self):
            self.events.append("paused")
            self.paused.set()
        def resume_writing(self):
            self.events.append("resumed")
            self.resumed.set()

    @app.get("/connection")
    async def connection():
        loop = asyncio.get_running_loop()
        here = []
        def accepted():
            here.append(Collected())
            return here[-1]
        server = await loop.create_server(accepted, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        transport, there = await loop.create_connection(Collected, "127.0.0.1", port)
        transport.write(b"bones")
        transport.writelines([b" and ", b"skulls"])
        transport.write_eof()
        await there.closed
        await here[0].closed
        server.close()
        await server.wait_closed()
        return [there.events, here[0].events, here[0].received.decode()]

    @app.get("/by-name")
    async def by_name():
        server = await asyncio.start_server(shout, "localhost", 0)
        port = server.sockets[0].getsockname()[1]
        family = server.sockets[0].family
        reader, writer = await asyncio.open_connection(
            "localhost", port, family=family, happy_eyeballs_delay=0.25)
        answer = await asked(reader, writer)
        server.close()
        return answer

    @app.get("/abort")
    async def abort():
        loop = asyncio.get_running_loop()
        left, right = socket.socketpair()
        transport, protocol = await loop.create_connection(Collected, sock=left)
        transport.write(bytes(10_000_000))
        transport.abort()
        await protocol.closed
        right.close()
        return protocol.events[-1]

    @app.get("/back-pressure")
    async def back_pressure():
        loop = asyncio.get_running_loop()
        left, right = socket.socketpair()
        right.setblocking(False)
        transport, protocol = await loop.create_connection(Collected, sock=left)
        transport.write(bytes(3_000_000))
        await protocol.paused.wait()
        received = 0
        while received < 3_000_000:
            received += len(await loop.sock_recv(right, 65536))
        await protocol.resumed.wait()
        transport.close()
        await protocol.closed
        right.close()
        return protocol.events

    @app.get("/unix")
    async def unix():
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "socket")
            server = await asyncio.start_unix_server(shout, path)
            answer = await asked(*await asyncio.open_unix_connection(path))
            server.close()
            await server.wait_closed()
        return answer

    class Datagrams(asyncio.DatagramProtocol):
        "A queue of what comes; answers in upper case where told to."
        def __init__(self, answers=False):
            self.answers, self.queue = answers, asyncio.Queue()
        def connection_made(self, transport):
            self.transport = transport
        def datagram_received(self, data, address):
            self.queue.put_nowait(data)
            if self.answers:
                self.transport.sendto(data.upper(), address)
        def error_received(self, error):
            self.queue.put_nowait(type(error).__name__.encode())

    @app.get("/datagram")
    async def datagram():
        loop = asyncio.get_running_loop()
        here, _ = await loop.create_datagram_endpoint(
            lambda: Datagrams(True), local_addr=("127.0.0.1", 0))
        address = here.get_extra_info("sockname")
        there, protocol = await loop.create_datagram_endpoint(Datagrams, remote_addr=address)
        answers = []
        for word in (b"wraith", b"", b"x" * 9000):
            there.sendto(word)
            async with asyncio.timeout(10):
                answers.append(len(await protocol.queue.get()))
        here.close()
        await asyncio.sleep(0)
        # The system sends a bounded number of such errors, and says nothing of the others.
        async with asyncio.timeout(10):
            while protocol.queue.empty():
                there.sendto(b"gone")
                await asyncio.sleep(0.1)
        answers.append(protocol.queue.get_nowait().decode())
        there.close()
        return answers

    @app.get("/unix-datagram")
    async def unix_datagram():
        loop = asyncio.get_running_loop()
        with tempfile.TemporaryDirectory() as folder:
            address = os.path.join(folder, "socket")
            here, protocol = await loop.create_datagram_endpoint(
                Datagrams, local_addr=address, family=socket.AF_UNIX)
            there, _ = await loop.create_datagram_endpoint(
                Datagrams, remote_addr=address, family=socket.AF_UNIX)
            there.sendto(b"whisper")
            async with asyncio.timeout(10):
                word = await protocol.queue.get()
            here.close()
            there.close()
        return word.decode()

    @app.get("/pipes")
    async def pipes():
        loop = asyncio.get_running_loop()
        reading, writing = os.pipe()
        _, protocol = await loop.connect_read_pipe(Collected, open(reading, "rb"))
        transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, open(writing, "wb"))
        for _ in range(100):
            transport.write(bytes(10_000))
        transport.close()
        await protocol.closed
        return [len(protocol.received), protocol.events]

    @app.get("/exec")
    async def execute():
        child = await asyncio.create_subprocess_exec(
            "cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
        content = os.urandom(500_000)
        output, _ = await child.communicate(content)
        return [output == content, child.returncode]

    @app.get("/shell")
    async def shell():
        child = await asyncio.create_subprocess_shell(
            "echo out; echo err >&2; exit 3",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        output, errors = await child.communicate()
        return [output.decode(), errors.decode(), child.returncode]

    @app.get("/dialogue")
    async def dialogue():
        # Line by line, while the child runs.
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-u", "-c", "while True: print(input()[::-1])",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL)
        answers = []
        for word in ("live", "stop"):
            child.stdin.write(word.encode() + b"\\n")
            answers.append((await child.stdout.readline()).decode().strip())
        child.stdin.close()
        return [*answers, await child.wait()]

    @app.get("/ended/{how}")
    async def ended(how):
        child = await asyncio.create_subprocess_exec("sleep", "600")
        if how == "kill":
            child.kill()
        elif how == "terminate":
            child.terminate()
        else:
            child.send_signal(signal.SIGUSR1)
        return await child.wait()

    @app.get("/late")
    async def late():
        child = await asyncio.create_subprocess_exec("sleep", "600")
        try:
            async with asyncio.timeout(0.05):
                await child.wait()
        except TimeoutError:
            child.kill()
            return await child.wait()

    @app.get("/processes")
    async def processes():
        async def one(number):
            child = await asyncio.create_subprocess_exec("sh", "-c", f"exit {number}")
            return await child.wait()
        return await asyncio.gather(*(one(number) for number in range(12)))

    @app.get("/no-program")
    async def no_program():
        try:
            await asyncio.create_subprocess_exec("/nowhere/no-such-program")
        except FileNotFoundError:
            return "FileNotFoundError"

    @app.get("/names")
    async def names():
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)
        addresses = {address[0] for *_, address in found}
        host, port = await loop.getnameinfo(
            ("127.0.0.1", 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
        try:
            await loop.getaddrinfo("no-such-host.invalid", 80)
        except socket.gaierror:
            return [bool(addresses & {"127.0.0.1", "::1"}), host, port, "gaierror"]

    @app.get("/executors")
    async def executors():
        loop = asyncio.get_running_loop()
        with concurrent.futures.ThreadPoolExecutor(2, "crypt") as pool:
            name = await loop.run_in_executor(pool, lambda: threading.current_thread().name)
        return name.startswith("crypt")

    def contexts():
        here = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        here.load_cert_chain(os.environ["CERTIFICATE"], os.environ["KEY"])
        return here, ssl.create_default_context(cafile=os.environ["CERTIFICATE"])

    @app.get("/tls")
    async def tls():
        here, there = contexts()
        server = await asyncio.start_server(shout, "127.0.0.1", 0, ssl=here, limit=2**21)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=there, server_hostname="localhost", limit=2**21)
        version = writer.get_extra_info("ssl_object").version()
        line = b"x" * 1_000_000 + b"\\n"
        answer = await asked(reader, writer, line)
        server.close()
        return [version, answer.encode() == line.upper()]

    @app.get("/tls-unknown")
    async def tls_unknown():
        loop = asyncio.get_running_loop()
        here, _ = contexts()
        server = await asyncio.start_server(shout, "127.0.0.1", 0, ssl=here)
        port = server.sockets[0].getsockname()[1]
        loop.set_exception_handler(lambda loop, context: None)
        try:
            await asyncio.open_connection(
                "127.0.0.1", port, ssl=ssl.create_default_context(), server_hostname="localhost")
        except ssl.SSLCertVerificationError:
            return "SSLCertVerificationError"
        finally:
            loop.set_exception_handler(None)
            server.close()

    @app.get("/start-tls")
    async def start_tls():
        here, there = contexts()
        async def upgrade(reader, writer):
            assert await reader.readline() == b"STARTTLS\\n"
            writer.write(b"go ahead\\n")
            await writer.drain()
            await writer.start_tls(here)
            await shout(reader, writer)
        server = await asyncio.start_server(upgrade, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        plain = await asked_plain(reader, writer)
        await writer.start_tls(there, server_hostname="localhost")
        secret = writer.get_extra_info("ssl_object") is not None
        answer = await asked(reader, writer)
        server.close()
        return [plain, secret, answer]

    async def asked_plain(reader, writer):
        writer.write(b"STARTTLS\\n")
        return (await reader.readline()).decode()

    @app.get("/sendfile")
    async def sendfile():
        loop = asyncio.get_running_loop()
        left, right = socket.socketpair()
        transport, protocol = await loop.create_connection(Collected, sock=left)
        other, received = await loop.create_connection(Collected, sock=right)
        content = os.urandom(700_000)
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            sent = await loop.sendfile(transport, file, 100_000, 500_000, fallback=False)
        transport.close()
        await received.closed
        return [sent, received.received == content[100_000:600_000]]

    @app.get("/sock-sendfile")
    async def sock_sendfile():
        loop = asyncio.get_running_loop()
        left, right = socket.socketpair()
        left.setblocking(False)
        other, received = await loop.create_connection(Collected, sock=right)
        with left, tempfile.TemporaryFile() as file:
            file.write(bytes(700_000))
            file.flush()
            sent = await loop.sock_sendfile(left, file, fallback=False)
        await received.closed
        return [sent, len(received.received)]

    @app.get("/sock")
    async def sock():
        loop = asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
            listener.setblocking(False)
            client.setblocking(False)
            accepting = asyncio.create_task(loop.sock_accept(listener))
            await loop.sock_connect(client, listener.getsockname())
            peer, address = await accepting
            with peer:
                content = os.urandom(2_000_000)
                sending = asyncio.create_task(loop.sock_sendall(client, content))
                received, room = bytearray(), bytearray(65536)
                while len(received) < len(content):
                    count = await loop.sock_recv_into(peer, room)
                    received += room[:count]
                await sending
                return [received == content, address == client.getsockname()]

    @app.get("/sock-datagram")
    async def sock_datagram():
        loop = asyncio.get_running_loop()
        with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(
            type=socket.SOCK_DGRAM
        ) as two:
            for each in (one, two):
                each.setblocking(False)
                each.bind(("127.0.0.1", 0))
            await loop.sock_sendto(one, b"moth", two.getsockname())
            data, address = await loop.sock_recvfrom(two, 100)
            return [data.decode(), address == one.getsockname()]

    @app.get("/readers")
    async def readers():
        loop = asyncio.get_running_loop()
        left, right = socket.socketpair()
        left.setblocking(False)
        right.setblocking(False)
        events, done = [], loop.create_future()
        def readable():
            events.append(left.recv(100).decode())
            if len(events) == 3:
                done.set_result(None)
        def writable():
            right.send(b"a")
            events.append("sent")
            loop.remove_writer(right)
        loop.add_reader(left, readable)
        loop.add_writer(right, writable)
        loop.call_later(0.02, right.send, b"b")
        await done
        removed = [loop.remove_reader(left), loop.remove_reader(left), loop.remove_writer(right)]
        left.close()
        right.close()
        return [events, removed]

    @app.get("/from-a-thread")
    async def from_a_thread():
        # The loop is woken from its wait by each of many threads.
        loop = asyncio.get_running_loop()
        queue = asyncio.Queue()
        def other(number):
            loop.call_soon_threadsafe(queue.put_nowait, number)
        threads = [threading.Thread(target=other, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        async with asyncio.timeout(10):
            seen = sorted([await queue.get() for _ in threads])
        for thread in threads:
            thread.join()
        return seen == list(range(20))
"""
