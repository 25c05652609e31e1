import CLinux

// The command line belongs to Python: this program finds an interpreter and becomes it. It links no
// Python, so that it starts where none is installed and can say what is missing.

let checkout = Checkout.ofThisExecutable()
guard let interpreter = InterpreterSearch.run(checkout: checkout?.folder) else {
  fail(
    "no CPython 3.13 or newer (with its GIL) in VIRTUAL_ENV, .venv, PATH or pyenv: "
      + "run `pyenv install 3.13`, or `apt-get install python3.13`")
}
checkout?.announce()
interpreter.execute(module: "necro")
fail("\(interpreter.path): \(String(cString: strerror(necro_errno())))")

/// Says what is wrong in one line and ends.
func fail(_ message: String) -> Never {
  let line = "necro: \(message)\n"
  _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
  exit(1)
}
