import NecroFuzzBodies
import NecroOctets
import NecroRouter
import TestSupport
import Testing

@Suite("Routes")
struct RouteTrieTests {
  /// What a path leads to: the template and its captures, `405` with methods, or `404`.
  private func find(
    _ path: String, _ method: UInt8 = 0, among templates: [(String, MethodSet)]
  ) throws -> String {
    let octets = GuardedOctets(Array(path.utf8))
    var captures = RouteCaptures()
    var found: [RouteMatch] = []
    // The order of insertion shapes the nodes and must not matter.
    for order in [Array(templates.indices), Array(templates.indices.reversed())] {
      var trie = RouteTrie()
      for route in order {
        let template = Array(templates[route].0.utf8)
        try trie.insert(PathTemplate(template.span), methods: templates[route].1, route: route)
      }
      found.append(trie.match(octets.span, method: method, captures: &captures))
    }
    #expect(found[0] == found[1], "in either order of insertion")
    switch found[0] {
    case .notFound: return "404"
    case .methodNotAllowed(let methods): return "405 \(methods.rawValue)"
    case .route(let route):
      var text = templates[route].0
      for index in 0..<captures.count {
        text +=
          " "
          + String(
            decoding: Array(path.utf8)[captures[index].offset..<captures[index].end], as: UTF8.self)
      }
      return text
    }
  }

  private func find(_ path: String, among templates: [String]) throws -> String {
    try find(path, among: templates.map { ($0, .get) })
  }

  @Test(
    "literals come before parameters, parameters before the rest, and no choice is final",
    arguments: [
      ("/", "/"), ("/a", "/a"), ("/a/", "/a/{r:path} "), ("/a/b", "/a/b"), ("/a/z", "/a/{x} z"),
      ("/a/bb", "/a/{x} bb"), ("/a/b/c", "/a/{x}/c b"), ("/a/b/d", "/a/{r:path} b/d"),
      ("/a/b/c/", "/a/{r:path} b/c/"), ("/b", "/{x} b"), ("/b/", "404"), ("/b/c", "404"),
      ("/abc", "/abc"), ("/ab", "/{x} ab"), ("/abcd", "/{x} abcd"), ("", "404"), ("*", "404"),
      ("a", "404"), ("//", "404"), ("/f", "/{x} f"), ("/f/", "/f/{r:path} "),
      ("/f//", "/f/{r:path} /"), ("/f/x/y", "/f/{r:path} x/y"), ("/a//c", "/a/{r:path} /c"),
    ])
  func precedence(path: String, expected: String) throws {
    let templates = [
      "/", "/a", "/a/b", "/a/{x}", "/a/{x}/c", "/a/{r:path}", "/{x}", "/abc", "/f/{r:path}",
    ]
    #expect(try find(path, among: templates) == expected)
  }

  @Test("the rest may be nothing, but its slash must be there")
  func emptyRest() throws {
    #expect(try find("/files/", among: ["/files/{rest:path}"]) == "/files/{rest:path} ")
    #expect(try find("/files", among: ["/files/{rest:path}"]) == "404")
    #expect(try find("/files/", among: ["/files/{rest:path}", "/files/"]) == "/files/")
    #expect(try find("/", among: ["/{rest:path}"]) == "/{rest:path} ")
  }

  @Test("a parameter matches one segment of at least one octet")
  func parameters() throws {
    #expect(try find("/x//y", among: ["/x/{a}/y"]) == "404")
    #expect(try find("/x/", among: ["/x/{a}"]) == "404")
    #expect(try find("/x/1/", among: ["/x/{a}"]) == "404")
    #expect(try find("/1/2/3", among: ["/{a}/{b}/{c}"]) == "/{a}/{b}/{c} 1 2 3")
    #expect(try find("/1//3", among: ["/{a}//{c}"]) == "/{a}//{c} 1 3")
  }

  @Test("a way back is taken out of every choice, with its captures dropped")
  func backtracking() throws {
    let templates = ["/{a}/{b}/x", "/{a}/y/{c}", "/k/{b}/{d}", "/k/y/q", "/{r:path}"]
    #expect(try find("/k/y/q", among: templates) == "/k/y/q")
    #expect(try find("/k/y/x", among: templates) == "/k/{b}/{d} y x")
    #expect(try find("/z/y/x", among: templates) == "/{a}/y/{c} z x")
    #expect(try find("/z/w/x", among: templates) == "/{a}/{b}/x z w")
    #expect(try find("/z/w/v", among: templates) == "/{r:path} z/w/v")
    #expect(try find("/k/y", among: templates) == "/{r:path} k/y")
  }

  @Test("literals match decoded octets, and an encoded slash never parts segments")
  func encoding() throws {
    let templates = ["/ab", "/a/b", "/café", "/100%", "/%41", "/s/{x}", "/ab/c"]
    for path in ["/ab", "/a%62", "/%61b", "/%61%62"] {
      #expect(try find(path, among: templates) == "/ab")
    }
    #expect(try find("/%61b/%63", among: templates) == "/ab/c")
    #expect(try find("/caf%C3%a9", among: templates) == "/café")
    #expect(try find("/a%2Fb", among: templates) == "404")
    #expect(try find("/a%2fb", among: templates) == "404")
    #expect(try find("%2Fab", among: templates) == "404")
    #expect(try find("/s/a%2Fb", among: templates) == "/s/{x} a%2Fb")
    #expect(try find("/s/%zz", among: templates) == "/s/{x} %zz")
    // A per cent sign stands for itself only when it is encoded.
    #expect(try find("/100%25", among: templates) == "/100%")
    #expect(try find("/100%", among: templates) == "404")
    #expect(try find("/%2541", among: templates) == "/%41")
    #expect(try find("/%41", among: templates) == "404")
    for path in ["/ab%", "/ab%6", "/ab%zz", "/%61%6", "/a%"] {
      #expect(try find(path, among: templates) == "404")
    }
  }

  @Test("another template is sought for the method before it is not allowed")
  func methods() throws {
    let templates: [(String, MethodSet)] = [
      ("/a/b", [.get, .head]), ("/a/{x}", .post), ("/a/{r:path}", [.delete]), ("/c", .patch),
    ]
    #expect(try find("/a/b", 0, among: templates) == "/a/b")
    #expect(try find("/a/b", 1, among: templates) == "/a/b")
    #expect(try find("/a/b", 2, among: templates) == "/a/{x} b")
    #expect(try find("/a/b", 4, among: templates) == "/a/{r:path} b")
    #expect(try find("/a/b", 3, among: templates) == "405 \(0b10111)")
    #expect(try find("/a/z", 0, among: templates) == "405 \(0b10100)")
    #expect(try find("/a/", 0, among: templates) == "405 \(0b10000)")
    #expect(try find("/c", 8, among: templates) == "/c")
    #expect(try find("/c", 200, among: templates) == "405 \(0b1_0000_0000)")
    #expect(try find("/d", 0, among: templates) == "404")
  }

  @Test("one template may have a route for each method, inserted apart")
  func routesByMethod() throws {
    var trie = RouteTrie()
    var captures = RouteCaptures()
    let one = Array("/m/{id}".utf8)
    let other = Array("/m/{name}".utf8)
    try trie.insert(PathTemplate(one.span), methods: [.get, .head], route: 7)
    try trie.insert(PathTemplate(other.span), methods: [.put, .patch], route: -9)
    #expect(trie.match(one.span, method: 1, captures: &captures) == .route(7))
    #expect(trie.match(one.span, method: 8, captures: &captures) == .route(-9))
    #expect(
      trie.match(one.span, method: 2, captures: &captures)
        == .methodNotAllowed([.get, .head, .put, .patch]))
  }

  @Test(
    "a second route for the same shape and method is refused, naming both",
    arguments: [
      ("/a", "/a"), ("/{x}", "/{y}"), ("/{x}/b", "/{y}/b"), ("/a/{r:path}", "/a/{s:path}"),
    ])
  func duplicates(one: String, other: String) throws {
    var trie = RouteTrie()
    var captures = RouteCaptures()
    let first = Array(one.utf8)
    let second = Array(other.utf8)
    try trie.insert(PathTemplate(first.span), methods: [.get, .post], route: 4)
    #expect(throws: RouterError.duplicate(existing: 4, added: 5, methods: .post)) {
      try trie.insert(PathTemplate(second.span), methods: [.post, .put], route: 5)
    }
    // Nothing of the refused route is there.
    #expect(trie.match(first.span, method: 2, captures: &captures) == .route(4))
    #expect(
      trie.match(first.span, method: 3, captures: &captures) == .methodNotAllowed([.get, .post]))
  }

  @Test("templates of other shapes are no duplicates")
  func distinct() throws {
    let templates = ["/a", "/a/", "/{x}", "/{x}/", "/{r:path}", "/a/{x}", "/a/{r:path}", "//"]
    for path in templates.filter({ !$0.contains("{") }) {
      #expect(try find(path, among: templates) == path)
    }
  }

  @Test("captures are those of the last match alone")
  func reuse() throws {
    var trie = RouteTrie()
    var captures = RouteCaptures()
    for (route, text) in ["/{a}/{b}", "/x"].enumerated() {
      let template = Array(text.utf8)
      try trie.insert(PathTemplate(template.span), methods: .get, route: route)
    }
    let path = Array("/1/23".utf8)
    #expect(trie.match(path.span, method: 0, captures: &captures) == .route(0))
    #expect(captures.count == 2)
    #expect(captures[1] == Slice(offset: 3, count: 2))
    let literal = Array("/x".utf8)
    #expect(trie.match(literal.span, method: 0, captures: &captures) == .route(1))
    #expect(captures.count == 0)
  }

  @Test("a thousand routes are told apart")
  func manyRoutes() throws {
    var trie = RouteTrie()
    var captures = RouteCaptures()
    for route in 0..<1000 {
      let template = Array("/api/v\(route % 7)/resource\(route)/{id}".utf8)
      try trie.insert(PathTemplate(template.span), methods: .get, route: route)
    }
    for route in 0..<1000 {
      let path = Array("/api/v\(route % 7)/resource\(route)/item".utf8)
      #expect(trie.match(path.span, method: 0, captures: &captures) == .route(route))
      let other = Array("/api/v\((route + 1) % 7)/resource\(route)/item".utf8)
      #expect(trie.match(other.span, method: 0, captures: &captures) == .notFound)
    }
  }

  @Test("method sets go by the method's index")
  func methodSets() {
    let all: [MethodSet] = [
      .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch,
    ]
    for (index, method) in all.enumerated() {
      #expect(MethodSet(index: UInt8(index)) == method)
      for other in UInt8(0)...20 {
        #expect(method.contains(index: other) == (Int(other) == index))
      }
    }
    #expect(MethodSet(index: 16).isEmpty)
    #expect(MethodSet(index: 255).isEmpty)
  }

  @Test("the corpus agrees with the model")
  func corpus() {
    let files = PackageFolders.corpus("router")
    #expect(files.count >= 5)
    for file in files { fuzzRouterModel(GuardedOctets(file.octets).span) }
  }

  @Test("generated templates and paths agree with the model")
  func generated() {
    var generator = SeededGenerator(seed: 405)
    let segments = ["a", "ab", "b", "", "{x}", "{y}", "{z}", "a%", "{r:path}", "{s:path}", "aa"]
    let pieces = ["a", "ab", "b", "", "%61", "a%62", "a%", "a%25", "%2F", "c", "aa", "%zz", "%"]
    for _ in 0..<400 {
      var lines: [String] = []
      for _ in 0..<Int.random(in: 1...12, using: &generator) {
        lines.append("+" + line(of: segments, &generator))
      }
      for _ in 0..<20 { lines.append(line(of: pieces, &generator)) }
      fuzzRouterModel(GuardedOctets(Array(lines.joined(separator: "\n").utf8)).span)
    }
  }

  private func line(of segments: [String], _ generator: inout SeededGenerator) -> String {
    let count = Int.random(in: 1...4, using: &generator)
    let path = (0..<count).map { _ in "/" + segments.randomElement(using: &generator)! }
    return "\(Int.random(in: 0...2, using: &generator)) \(path.joined())"
  }
}
