/**
 * Reads the cluster from etcd, as the API server stores it there ({@code etcd ENDPOINT…} in the
 * {@code kubernetes} block).
 *
 * <p>In layers, from below: {@code GrpcConnector} talks to one member; {@code EtcdMirror} keeps up
 * with the keys below some prefixes whatever happens to members, connections and history; {@code
 * EtcdSource} makes Kubernetes objects of the values, JSON or protobuf.
 */
@NullMarked
package dev.byname.source.etcd;

import org.jspecify.annotations.NullMarked;
