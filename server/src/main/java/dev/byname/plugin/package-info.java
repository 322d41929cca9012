/**
 * The plugins, a sub-package each, all shaped alike: a {@code …Config} record (what the directive
 * says, parsed without side effects), a {@link dev.byname.plugin.PluginFactory} that reads it and
 * makes the plugin, the plugin itself, and a page in {@code package-info} whose Corefile blocks a
 * test starts. {@code PluginRegistry} is the one ordered list. Plugins do not see each other.
 */
@NullMarked
package dev.byname.plugin;

import org.jspecify.annotations.NullMarked;
