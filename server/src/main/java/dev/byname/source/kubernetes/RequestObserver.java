package dev.byname.source.kubernetes;

import java.time.Duration;

/**
 * Told of every request to the API server: what is behind {@code coredns_kubernetes_rest_client_*}.
 * All requests are GETs. Called by several threads at once.
 */
public interface RequestObserver {
  RequestObserver NONE =
      new RequestObserver() {
        @Override
        public void waited(String host, Duration forLimits) {}

        @Override
        public void answered(String host, int status) {}

        @Override
        public void failed(String host) {}

        @Override
        public void took(String host, Duration untilAnswer) {}
      };

  /**
   * A request is about to be sent.
   *
   * @param host of the API server, with its port where the URL has one
   * @param forLimits how long it was held back by {@code apiserver_qps} and {@code
   *     apiserver_max_inflight}
   */
  void waited(String host, Duration forLimits);

  /**
   * An answer has begun.
   *
   * @param status its HTTP status code, 100 to 999
   */
  void answered(String host, int status);

  /** There was no answer. */
  void failed(String host);

  /**
   * How long a request took that is not a watch.
   *
   * @param untilAnswer from the sending to the head of the answer, or to the failure; lists are
   *     read object by object afterwards
   */
  void took(String host, Duration untilAnswer);
}
