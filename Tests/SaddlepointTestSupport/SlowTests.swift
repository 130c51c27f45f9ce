// SPDX-License-Identifier: GPL-3.0-or-later

import Foundation

/// Whether tests that take minutes run, too: where the environment sets `SADDLEPOINT_SLOW_TESTS`, as `make test-slow` does.
public let runsSlowTests = ProcessInfo.processInfo.environment["SADDLEPOINT_SLOW_TESTS"] != nil
