package projtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/amends-ledger/amends/projections"
)

// PostgresVariable names a PostgreSQL server for tests, as a URL. Tests make
// schemas of their own in it and drop them.
const PostgresVariable = "AMENDS_TEST_POSTGRES"

// Postgres opens databases on a real server: the one that AMENDS_TEST_POSTGRES
// names, else a private one, started once for the test binary if the server's
// programs are installed. Without either the test is skipped, loudly. A test
// binary that uses it calls StopPostgres at its end (TestMain).
func Postgres(t testing.TB) Opener {
	t.Helper()
	dsn := address(t)
	schema := fmt.Sprintf("amends_test_%d_%d", os.Getpid(), schemas.Add(1))
	admin(t, dsn, "CREATE SCHEMA "+schema)
	t.Cleanup(func() { admin(t, dsn, "DROP SCHEMA "+schema+" CASCADE") })
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	q.Set("application_name", schema)
	u.RawQuery = q.Encode()
	return func(t testing.TB, o projections.Options) *projections.DB {
		t.Helper()
		db, err := projections.OpenPostgres(t.Context(), u.String(), o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
}

var schemas atomic.Int64

// address is where the server is, or the end of the test.
func address(t testing.TB) string {
	t.Helper()
	if dsn := os.Getenv(PostgresVariable); dsn != "" {
		return dsn
	}
	dsn, err := private()
	if err != nil {
		fmt.Fprintf(os.Stderr, "\n*** %s: SKIPPED, no PostgreSQL: %v (install Debian's postgresql, or set %s)\n\n", t.Name(), err, PostgresVariable)
		t.Skip(err)
	}
	return dsn
}

// CutPostgres ends all connections of this test binary's databases, as a server
// that is restarted does.
func CutPostgres(t testing.TB) {
	t.Helper()
	admin(t, address(t), fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'amends\\_test\\_%d\\_%%'", os.Getpid()))
}

func admin(t testing.TB, dsn, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		t.Fatal(err)
	}
}

// server is the private cluster of this test binary.
var server struct {
	once  sync.Once
	dsn   string
	err   error
	dir   string
	stdin io.Closer
	done  <-chan error
}

func private() (string, error) {
	server.once.Do(func() { server.dsn, server.err = startPostgres() })
	return server.dsn, server.err
}

// StopPostgres ends the private server, if one was started.
func StopPostgres() {
	if server.stdin != nil {
		server.stdin.Close()
		<-server.done
	}
	if server.dir != "" {
		os.RemoveAll(server.dir)
	}
}

// startPostgres makes a cluster in a folder of its own and serves it on a free
// loopback port. Nothing of it is meant to last, so it does not sync.
func startPostgres() (string, error) {
	initdb, err := program("initdb")
	if err != nil {
		return "", err
	}
	postgres, err := program("postgres")
	if err != nil {
		return "", err
	}
	if server.dir, err = os.MkdirTemp("", "amends-postgres-"); err != nil {
		return "", err
	}
	as, err := unprivileged(server.dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(server.dir, "data")
	initialise := exec.Command(initdb, "-D", data, "-U", "amends", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
	initialise.SysProcAttr, initialise.Dir = as, server.dir
	if out, err := initialise.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	// The shell outlives a test binary that crashes: its standard input ends then,
	// and it stops the server.
	run := exec.Command("/bin/sh", "-c", `"$@" & pid=$!; read -r _; kill -INT $pid; wait $pid`, "sh",
		postgres, "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB", "-c", "max_connections=50")
	run.SysProcAttr, run.Dir = as, server.dir
	stdin, err := run.StdinPipe()
	if err != nil {
		return "", err
	}
	if err := run.Start(); err != nil {
		return "", err
	}
	done := make(chan error, 1)
	go func() { done <- run.Wait() }()
	server.stdin, server.done = stdin, done
	dsn := "postgres://amends@127.0.0.1:" + port + "/postgres?sslmode=disable"
	return dsn, answers(dsn)
}

// program finds one of the server's programs: on the path, or where Debian puts
// them, the newest release first.
func program(name string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) > 0 {
		return found[len(found)-1], nil
	}
	return exec.LookPath(name)
}

// unprivileged is how the server runs: as who runs the test, or, since it refuses
// to run as root, as "postgres" or "nobody", who is given the folder.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2, os.Chown(dir, int(uid), int(gid))); err != nil {
			return nil, err
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return nil, errors.New("the server does not run as root, and there is no user postgres or nobody")
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// answers waits until the server takes connections.
func answers(dsn string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, dsn)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case err := <-server.done:
			return fmt.Errorf("the server ended: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		}
	}
}
