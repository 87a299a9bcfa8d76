package follow

import (
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"sync"
)

// Keeper keeps one subscriber's checkpoint, a few hundred kilobytes at most. It
// is used by one Follower at a time.
type Keeper interface {
	// Load returns what was last saved, or nil if there is nothing. ErrDamaged
	// means that something is there which was not saved like that.
	Load() ([]byte, error)
	// Save replaces what is kept. After a crash Load finds the old or the new.
	Save(data []byte) error
}

// ErrDamaged says that a checkpoint is not what was saved. The follower then
// folds the log from its beginning.
var ErrDamaged = errors.New("checkpoint is damaged")

// File keeps the checkpoint in a file of this name: eight hexadecimal digits of
// CRC32C over the rest, a line feed, the rest.
type File string

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const fileHeader = 9 // eight digits and a line feed

// Load implements Keeper.
func (f File) Load() ([]byte, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read checkpoint: %w", err)
	}
	if len(b) < fileHeader || string(b[:fileHeader]) != header(b[fileHeader:]) {
		return nil, fmt.Errorf("read checkpoint %s: %w", f, ErrDamaged)
	}
	return b[fileHeader:], nil
}

// Save implements Keeper. The new file is synced before it takes the old one's
// place. The folder is not: a rename that power loss undoes leaves the old
// checkpoint, which is as good.
func (f File) Save(data []byte) error {
	tmp, err := os.OpenFile(string(f)+".tmp", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("save checkpoint: %w", err)
	}
	_, err = tmp.WriteString(header(data))
	if err == nil {
		_, err = tmp.Write(data)
	}
	if err == nil {
		err = tmp.Sync()
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), string(f))
	}
	if err != nil {
		return fmt.Errorf("save checkpoint: %w", errors.Join(err, os.Remove(tmp.Name())))
	}
	return nil
}

func header(data []byte) string { return fmt.Sprintf("%08x\n", crc32.Checksum(data, castagnoli)) }

// Memory keeps the checkpoint for as long as the process lives.
type Memory struct {
	mu   sync.Mutex
	data []byte
}

// Load implements Keeper.
func (m *Memory) Load() ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.data, nil
}

// Save implements Keeper.
func (m *Memory) Save(data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.data = append([]byte(nil), data...)
	return nil
}
