import CLinux
import NecroReactor

/// Runs the workers of an application written in Swift: a thread each, listeners, and a drain when
/// the process is asked to end.
public enum WorkerGroup {
  /// Serves until SIGINT or SIGTERM, then drains, and returns when all workers have.
  ///
  /// The two signals are blocked in the process from the call on, and so in its children unless they
  /// unblock them.
  ///
  /// - Parameters:
  ///   - addresses: where to listen.
  ///   - workers: with their routes; each belongs to its thread from here on.
  ///   - isReady: called with the addresses as bound once all workers accept.
  /// - Throws: what kept an address from being bound or a thread from being started.
  public static func run<App>(
    at addresses: [BindAddress], workers: [Worker<App>],
    isReady: ([BindAddress]) -> Void
  ) throws(SystemError) {
    var groups: [ListenerGroup] = []
    for address in addresses {
      groups.append(try ListenerGroup.prepare(address, workers: workers.count))
    }
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, nil)

    var wakeUps: [WakeUp] = []
    for (index, worker) in workers.enumerated() {
      for group in groups {
        for place in 0..<group.listenersPerWorker {
          try worker.listen(group.listener(worker: index, index: place))
        }
      }
      let wakeUp = try WakeUp()
      try worker.drain(on: wakeUp.descriptor)
      wakeUps.append(wakeUp)
    }
    let (threads, failure) = startAll(workers)
    if failure == nil {
      isReady(groups.map(\.address))
      var received: Int32 = 0
      sigwait(&signals, &received)
    }
    for wakeUp in wakeUps { wakeUp.signal() }
    for thread in threads { pthread_join(thread, nil) }
    // Until then the workers' pollers watch them.
    withExtendedLifetime(wakeUps) {}
    for group in groups { group.close() }
    if let failure { throw failure }
  }

  /// Starts a thread for each worker, up to the first that cannot be had.
  private static func startAll<App>(
    _ workers: [Worker<App>]
  ) -> (threads: [pthread_t], failure: SystemError?) {
    var threads: [pthread_t] = []
    for worker in workers {
      do throws(SystemError) {
        threads.append(try start { serve(worker) })
      } catch {
        return (threads, error)
      }
    }
    return (threads, nil)
  }

  private static func serve<App>(_ worker: Worker<App>) {
    while !worker.isDrained {
      do throws(SystemError) {
        try worker.turn(timeoutMilliseconds: -1)
      } catch {
        // Only a poller that was closed or overwritten fails to wait: a fault of this process.
        preconditionFailure("a worker's poller waits")
      }
    }
  }

  /// What a thread runs, in a place that a C function can be given.
  private final class Body {
    let run: () -> Void

    init(_ run: @escaping () -> Void) { self.run = run }
  }

  private static func start(_ run: @escaping () -> Void) throws(SystemError) -> pthread_t {
    var thread = pthread_t()
    let body = Unmanaged.passRetained(Body(run))
    let code = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    if code != 0 {
      body.release()
      throw SystemError(call: "pthread_create", code: code)
    }
    return thread
  }
}
