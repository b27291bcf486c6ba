//! Application services: sign-in, enrolment, admission, sessions, bootstrap, throttle, audit
