/**
 * A folder of Kubernetes manifests as the picture of a cluster: {@code manifests DIR} in the
 * Corefile's {@code kubernetes} block.
 *
 * <p>All {@code .yaml}, {@code .yml} and {@code .json} files below the folder are read, in YAML any
 * number of documents each. Names that begin with a dot are passed over, but symbolic links are
 * followed through them, so that a mounted ConfigMap ({@code web.yaml → ..data/web.yaml}) works and
 * is seen to change. Kinds of objects that DNS has no use for are passed over, as is {@code
 * kustomization.yaml}.
 *
 * <p>What happens to an object:
 *
 * <ul>
 *   <li>A file that has a mistake in it is reported once, with the line, and once more when it is
 *       mended. Meanwhile its good objects are used, and what it held before and does not hold any
 *       more stays: a mistake takes no name out of DNS.
 *   <li>The same holds for an empty file, which nearly always is one that is being written.
 *   <li>An object that is in two files is taken from the one whose path sorts first, and the other
 *       is reported; when the first one goes, the other takes its place.
 *   <li>When the folder itself goes, everything stays until it comes back.
 * </ul>
 *
 * <p>A change is seen when the kernel tells (inotify) and applied as soon as the file has been left
 * alone for {@value dev.byname.source.manifests.ManifestsSource#QUIET_MILLIS} ms, at once when it
 * was replaced by renaming, or is JSON of up to 64 KiB and whole: half a YAML file can look like a
 * whole one, half a JSON file cannot. A rescan now and then looks at everything without being told,
 * for file systems that do not tell.
 *
 * <p>{@link dev.byname.source.manifests.ManifestsSource} is the way in and owns the thread; {@code
 * ManifestFolder} walks the files, {@code FolderWatch} listens to the kernel, {@code
 * ManifestReader} reads one file, {@code ManifestObjects} knows which file an object comes from.
 */
@NullMarked
package dev.byname.source.manifests;

import org.jspecify.annotations.NullMarked;
