package dev.byname.source.etcd;

import java.net.URI;
import java.util.concurrent.Executor;

/** Opens sessions with members of etcd. */
interface EtcdConnector {
  /**
   * Begins to connect and returns at once; the first request waits for the connection, or fails
   * with it.
   *
   * @param callbacks runs everything the session has to tell, one thing at a time
   * @throws EtcdFailure when the configuration does not allow it: a certificate that is none
   */
  EtcdSession open(URI endpoint, Executor callbacks) throws EtcdFailure;
}
