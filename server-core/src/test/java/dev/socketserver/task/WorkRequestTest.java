package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkRequestTest {
    @Test
    void requestsHaveDistinctIdsByDefault() {
        WorkRequest<Integer> one = WorkRequest.of(() -> 1);
        WorkRequest<Integer> other = WorkRequest.of(() -> 1);
        assertThat(one.id()).isNotEqualTo(other.id());
    }

    @Test
    void anIdMayBeAnyObject() {
        List<String> unhashableInPython = new ArrayList<>(List.of("a"));
        assertThat(WorkRequest.of(() -> 1).withId(unhashableInPython).id()).isSameAs(unhashableInPython);
        assertThat(WorkRequest.of(() -> 1).withId("report-7")).hasToString("WorkRequest[report-7]");
    }

    @Test
    void makeRequestsReturnsARequestForEachItemWithTheItemAsItsId() throws Exception {
        List<List<Integer>> items = List.of(List.of(1, 2), List.of(3));
        List<WorkRequest<Integer>> requests = WorkRequest.makeRequests(List::size, items, (request, result) -> {});
        assertThat(requests).extracting(WorkRequest::id).containsExactly(List.of(1, 2), List.of(3));
        assertThat(requests.get(0).task().call()).isEqualTo(2);
        assertThat(requests.get(1).task().call()).isEqualTo(1);
    }

    @Test
    void makingRequestsComputesNothing() {
        List<Integer> computed = new ArrayList<>();
        assertThat(WorkRequest.<Integer, Boolean>makeRequests(computed::add, List.of(1, 2), (request, result) -> {}))
                .hasSize(2);
        assertThat(computed).isEmpty();
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullIsRefused() {
        assertThatNullPointerException().isThrownBy(() -> WorkRequest.of(null)).withMessage("task");
        WorkRequest<Integer> request = WorkRequest.of(() -> 1);
        assertThatNullPointerException().isThrownBy(() -> request.withId(null)).withMessage("id");
        assertThatNullPointerException()
                .isThrownBy(() -> request.withCallback(null))
                .withMessage("callback");
        assertThatNullPointerException()
                .isThrownBy(() -> request.withExceptionCallback(null))
                .withMessage("exceptionCallback");
        assertThatNullPointerException()
                .isThrownBy(() -> WorkRequest.<Integer, Integer>makeRequests(
                        n -> n, Arrays.asList(1, null), (made, result) -> {}))
                .withMessage("id");
    }
}
