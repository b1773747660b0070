#include "base/text.hpp"
#include "schema/type.hpp"

namespace schema {

namespace {

/// Whether a field with this value is left out.
bool empty(const Type& type, const void* value) {
    switch (type.shape) {
    case Shape::text:
        return detail::as<std::string>(value).empty();
    case Shape::secret:
        return detail::as<base::SecretText>(value).empty();
    case Shape::boolean:
        return !detail::as<bool>(value);
    case Shape::integer:
        return detail::as<std::int64_t>(value) == 0;
    case Shape::number:
        return detail::as<double>(value) == 0;
    case Shape::duration:
        return detail::as<base::Duration>(value).us == 0;
    case Shape::money:
        return detail::as<base::Usd>(value).picos == 0;
    case Shape::json:
        return detail::as<Json>(value).text.empty();
    case Shape::list:
    case Shape::map:
    case Shape::optional:
        return type.size(value) == 0;
    case Shape::choice:
    case Shape::object:
        return false;
    }
    return false;
}

} // namespace

void encode(base::JsonWriter& out, const Type& type, const void* value, Secrets secrets) {
    switch (type.shape) {
    case Shape::text:
        out.string(detail::as<std::string>(value));
        return;
    case Shape::secret:
        out.string(secrets == Secrets::reveal ? detail::as<base::SecretText>(value).reveal() : "***");
        return;
    case Shape::boolean:
        out.boolean(detail::as<bool>(value));
        return;
    case Shape::integer:
        out.integer(detail::as<std::int64_t>(value));
        return;
    case Shape::number:
        out.number(detail::as<double>(value));
        return;
    case Shape::duration:
        out.string(base::render(detail::as<base::Duration>(value)));
        return;
    case Shape::money:
        out.raw(base::decimal(detail::as<base::Usd>(value)));
        return;
    case Shape::json: {
        const std::string& text = detail::as<Json>(value).text;
        out.raw(text.empty() ? "null" : text);
        return;
    }
    case Shape::choice:
        out.string(type.choices[static_cast<std::size_t>(type.get_choice(value))]);
        return;
    case Shape::list:
        out.begin_array();
        for (std::size_t i = 0; i < type.size(value); ++i)
            encode(out, type.element(), type.item(value, i), secrets);
        out.end_array();
        return;
    case Shape::map: {
        struct Context {
            base::JsonWriter& out;
            const Type& element;
            Secrets secrets;
        } context{out, type.element(), secrets};
        out.begin_object();
        type.each(
            value,
            [](void* p, const std::string& key, const void* item) {
                auto& c = *static_cast<Context*>(p);
                c.out.key(key);
                encode(c.out, c.element, item, c.secrets);
            },
            &context);
        out.end_object();
        return;
    }
    case Shape::object:
        out.begin_object();
        for (const Field& field : type.fields) {
            if (field.at == nullptr) continue;
            // `at` only computes an address; the struct is not changed through it here.
            const void* member =
                field.at(const_cast<void*>(value)); // NOLINT(cppcoreguidelines-pro-type-const-cast)
            if (!field.always && empty(field.type(), member)) continue;
            out.key(field.name);
            encode(out, field.type(), member, secrets);
        }
        out.end_object();
        return;
    case Shape::optional:
        if (type.size(value) == 0)
            out.null();
        else
            encode(out, type.element(), type.item(value, 0), secrets);
        return;
    }
}

} // namespace schema
