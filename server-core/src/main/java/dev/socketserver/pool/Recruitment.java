package dev.socketserver.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Starts workers that have been reserved, and rolls the reservation back if the machine refuses. */
record Recruitment(
        Recruiter recruiter,
        List<Worker> reserved,
        @Nullable Runnable occasion) implements FollowUp {

    /** Starts the workers; after the first failure the rest is not tried. */
    @Override
    public void proceed() {
        for (int i = 0; i < reserved.size(); i++) {
            try {
                reserved.get(i).start();
            } catch (Throwable cause) {
                recruiter.startFailed(reserved.subList(i, reserved.size()), occasion, cause);
                return;
            }
        }
    }
}
