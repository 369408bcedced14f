// The core umbrella: the presence set, participants, the embedded hub, and the loopback between them. Optional parts are
// included by name: <presence/codec/json.hpp>, <presence/codec/text.hpp>, <presence/testing/…>.
#ifndef PRESENCE_PRESENCE_HPP
#define PRESENCE_PRESENCE_HPP

#include <presence/action.hpp>
#include <presence/backplane.hpp>
#include <presence/basic_hub.hpp>
#include <presence/basic_presence.hpp>
#include <presence/batch.hpp>
#include <presence/changes.hpp>
#include <presence/clock.hpp>
#include <presence/codec.hpp>
#include <presence/data_traits.hpp>
#include <presence/error.hpp>
#include <presence/extras.hpp>
#include <presence/fwd.hpp>
#include <presence/loopback.hpp>
#include <presence/member_order.hpp>
#include <presence/member_set.hpp>
#include <presence/message.hpp>
#include <presence/mutex.hpp>
#include <presence/observer.hpp>
#include <presence/options.hpp>
#include <presence/overview.hpp>
#include <presence/payload.hpp>
#include <presence/publishing.hpp>
#include <presence/result.hpp>
#include <presence/session.hpp>
#include <presence/sink.hpp>
#include <presence/subscription.hpp>
#include <presence/tracked.hpp>
#include <presence/transport.hpp>
#include <presence/version.hpp>

#endif
