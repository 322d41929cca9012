/**
 * Services and what is allocated to them, kept together: a Service is created, changed or deleted
 * in one transaction with its ClusterIPs and node ports, by the rules of the Kubernetes API server.
 *
 * <p>{@link dev.byname.resolverconfig.registry.Registry} is the way in. A request runs through
 * these steps, each a class that knows nothing of the others:
 *
 * <ol>
 *   <li>{@code Shape}: is every field of the right type?
 *   <li>{@code Defaults}, {@code Linked}: fill in what was left out, carry over what was allocated,
 *       drop what the new type has no use for;
 *   <li>{@code IpFamilies}: which families, one or two;
 *   <li>{@code Validation}: what the API server would refuse, in its words;
 *   <li>{@code Plan}: what to take and what to give back, as one transaction.
 * </ol>
 *
 * <p>{@link dev.byname.resolverconfig.registry.Allocations} looks at all of it afterwards: an
 * {@code Inventory} puts what is marked as taken beside what Services hold, {@code Audit} compares
 * the two, and a repair mends what can be mended without taking anything from a Service.
 *
 * <p>Objects are kept as JSON trees, so fields that Byname does not know survive untouched. Objects
 * that an API server stored as protobuf are read as well; one that cannot be read whole is never
 * overwritten.
 */
@NullMarked
package dev.byname.resolverconfig.registry;

import org.jspecify.annotations.NullMarked;
