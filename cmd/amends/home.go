package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// home is a ledger's folder:
//
//	log/          the events: the only thing that can't be made again, with secrets.json and vault.db
//	secrets.json  keys that the log must not hold: back it up apart from the log
//	vault.db      personal values behind the log's pseudonyms, erasable
//	sandbox/      the demo rail's own book of what it paid
//	keys/         index of idempotency keys     derived from the log:
//	cold.db       old orders and customers      delete them while nothing runs,
//	views.db      what listings read            and they come back
//	cursors/      how far the dispatchers are
type home string

func (h home) log() string         { return filepath.Join(string(h), "log") }
func (h home) keys() string        { return filepath.Join(string(h), "keys") }
func (h home) vault() string       { return filepath.Join(string(h), "vault.db") }
func (h home) cold() string        { return filepath.Join(string(h), "cold.db") }
func (h home) views() string       { return filepath.Join(string(h), "views.db") }
func (h home) sandbox() string     { return filepath.Join(string(h), "sandbox") }
func (h home) cursors() string     { return filepath.Join(string(h), "cursors") }
func (h home) secretsFile() string { return filepath.Join(string(h), "secrets.json") }

// secrets are keys of 32 random bytes each.
type secrets struct {
	Fingerprint key `json:"fingerprint"` // of the content of requests
	Vault       key `json:"vault"`       // of look-ups by personal value
	SMS         key `json:"sms"`         // that codes are derived from
}

type key []byte

const keyBytes = 32

func (k key) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(k)), nil }

func (k *key) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != keyBytes {
		return fmt.Errorf("a key is %d hexadecimal digits", 2*keyBytes)
	}
	*k = b
	return nil
}

func newSecrets() secrets {
	draw := func() key {
		b := make([]byte, keyBytes)
		rand.Read(b) // never fails: it ends the program first
		return b
	}
	return secrets{draw(), draw(), draw()}
}

// errSecretsLost says that a ledger has events but no secrets.
var errSecretsLost = errors.New("the ledger has events, but its secrets file is missing")

// loadSecrets reads the secrets of a home. A home whose log is empty gets new
// ones; one with events must not, since they depend on those it had.
func (h home) loadSecrets(logIsEmpty bool) (secrets, error) {
	s, err := h.readSecrets()
	if !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	if !logIsEmpty {
		return s, fmt.Errorf("read %s: %w", h.secretsFile(), errSecretsLost)
	}
	s = newSecrets()
	if err := h.writeSecrets(s); err != nil {
		return s, fmt.Errorf("make secrets: %w", err)
	}
	return s, nil
}

func (h home) readSecrets() (s secrets, err error) {
	b, err := os.ReadFile(h.secretsFile())
	if err != nil {
		return s, fmt.Errorf("read secrets: %w", err)
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("read secrets in %s: %w", h.secretsFile(), err)
	}
	for _, k := range []key{s.Fingerprint, s.Vault, s.SMS} {
		if len(k) != keyBytes {
			return s, fmt.Errorf("read secrets in %s: a key is missing", h.secretsFile())
		}
	}
	return s, nil
}

// writeSecrets puts the whole file in place at once, readable by its owner only,
// and durable before anything depends on it. The ledger's lock is held, so nobody
// else does the same.
func (h home) writeSecrets(s secrets) error {
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	tmp := h.secretsFile() + ".tmp"
	f, err := os.OpenFile(tmp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp, h.secretsFile()); err != nil {
		return err
	}
	return syncFolder(string(h))
}

// syncFolder makes the names in a folder durable.
func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// exists tells whether there is a ledger here.
func (h home) exists() (bool, error) {
	_, err := os.Stat(h.log())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
