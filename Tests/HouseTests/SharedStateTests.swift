import Testing

private func violations(_ text: String, in folder: String = "Sources/PythonHost") -> [Violation] {
  SharedStateRules.violations(in: SourceFile(path: folder + "/A.swift", text: text))
}

@Suite("Shared state")
struct SharedStateTests {
  @Test("no global or static of the sources can change or hold a Python object")
  func sources() {
    let files = SourceTree.swift.filter { file in
      // The executable has no interpreters; the variables of its main file are globals.
      file.path.hasPrefix("Sources/") && file.module != "Sources/necro"
    }
    #expect(files.contains { $0.module == "Sources/PythonHost" })
    let violations = files.flatMap(SharedStateRules.violations(in:))
    #expect(violations.isEmpty, "\(listed(violations))")
  }

  @Test("no storage of the C shim holds a Python object")
  func shim() {
    let files = SourceTree.files(["c", "h"], under: ["Sources"])
    #expect(!files.isEmpty)
    let violations = files.flatMap(SharedStateRules.violations(inC:))
    #expect(violations.isEmpty, "\(listed(violations))")
  }

  @Test(
    "what may hold a Python object or change is found",
    arguments: [
      "var counter = 0", "private var cache: [Int: Int] = [:]", "let name = PyUnicode_New()",
      "let object: UnsafeMutablePointer<PyObject>? = nil", "public let table = [1, 2]",
      "nonisolated(unsafe) var x: Int", "struct A {\n  static var x = 1\n}",
      "struct A {\n  private static let shared = Box()\n}",
      "enum A {\n  static var x: Int?\n  static var y: Int { 1 }\n}",
      "final class Box: @unchecked Sendable {}",
      "class A {\n  static let pointer: OpaquePointer = f()\n}",
      "enum A { }\nlet text: String = f()", "@MainActor public static var x: Int = { 1 }()",
    ])
  func forbidden(text: String) {
    #expect(violations(text).count == 1)
  }

  @Test(
    "plain values, computed and local properties are none",
    arguments: [
      "let limit = 64", "let limit: Int = 2 + 3", "private let ratio = -1.5e3",
      "enum A {\n  static let name: StaticString = \"n\"\n}",
      "enum A {\n  static var limit: Int { 64 }\n}", "var limit: Int { 64 }",
      "var limit: Int\n{\n  64\n}", "func f() {\n  var x = 1\n  let y = Box()\n}",
      "struct A {\n  var x = 1\n  let y: Box\n}", "// var x = 1", "f(\n  x)\nlet yes = true",
    ])
  func allowed(text: String) {
    #expect(violations(text) == [])
  }

  @Test("outside PythonHost a constant may be of any type")
  func constants() {
    #expect(violations("let table = [1, 2]", in: "Sources/JSON") == [])
    #expect(violations("var table = [1, 2]", in: "Sources/JSON").count == 1)
  }

  @Test("Python objects and per-thread variables in C are found")
  func forbiddenInC() {
    let lines = [
      "static PyObject *cache;", "PyObject *cache = NULL;", "static PyTypeObject *types[3];",
      "static _Thread_local int x;", "int f(void) {\n  static PyObject *name = 0;\n}",
    ]
    for line in lines {
      let file = SourceFile(path: "Sources/CPython/A.c", text: line)
      #expect(SharedStateRules.violations(inC: file).count == 1, "\(line)")
    }
    for line in ["PyObject *f(void);", "int f(void) {\n  PyObject *x = g();\n}", "// PyObject *x;"]
    {
      let file = SourceFile(path: "Sources/CPython/A.c", text: line)
      #expect(SharedStateRules.violations(inC: file) == [], "\(line)")
    }
  }
}
