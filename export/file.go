package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ManifestSuffix is what a manifest's name adds to its file's.
const ManifestSuffix = ".manifest.json"

// File writes an export under path and its manifest beside it: write is one of
// the functions here, such as Payouts, with its arguments. Until both are complete
// and on disk they have other names; then the old manifest goes, the file takes
// its name, and the new manifest comes last. So whatever a crash leaves, a file
// that has a manifest is whole and is the one the manifest means.
func File(path string, write func(w io.Writer) (Manifest, error)) (m Manifest, err error) {
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	data, err := os.CreateTemp(dir, "."+name+".*.part")
	if err != nil {
		return m, fmt.Errorf("write %s: %w", path, err)
	}
	defer discard(data)
	if m, err = write(data); err != nil {
		return m, fmt.Errorf("write %s: %w", path, err)
	}
	m.File = name
	beside, err := os.CreateTemp(dir, "."+name+".*.part")
	if err != nil {
		return m, fmt.Errorf("write the manifest of %s: %w", path, err)
	}
	defer discard(beside)
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, fmt.Errorf("write the manifest of %s: %w", path, err)
	}
	if _, err := beside.Write(append(text, '\n')); err != nil {
		return m, fmt.Errorf("write the manifest of %s: %w", path, err)
	}
	if err := errors.Join(data.Sync(), beside.Sync()); err != nil {
		return m, fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Remove(path + ManifestSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("replace the manifest of %s: %w", path, err)
	}
	if err := os.Rename(data.Name(), path); err != nil {
		return m, fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(beside.Name(), path+ManifestSuffix); err != nil {
		return m, fmt.Errorf("write the manifest of %s: %w", path, err)
	}
	return m, syncDir(dir)
}

// discard closes a temporary file and removes what still has its name.
func discard(f *os.File) {
	f.Close()
	os.Remove(f.Name())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync %s: %w", dir, err)
	}
	return nil
}
