//go:build unix && !linux

package vfs

// Sync is the strongest sync that the platform has (F_FULLFSYNC on macOS).
func (o *osFile) Sync() error { return o.f.Sync() }

// DropCache does nothing: there is no portable way to evict clean pages.
func (o *osFile) DropCache() error { return nil }
