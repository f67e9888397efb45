using System.Collections;

namespace System.Management.Automation;

/// <summary>One value to one parameter: transform, convert, validate, set.</summary>
internal sealed class ParameterBinder(MshCommandRuntime runtime)
{
    private readonly EngineIntrinsics _engine = new(runtime.Host, runtime.SessionState);

    /// <summary>False when the value would need a conversion, and none is wanted.</summary>
    public bool TryBind(CompiledCommandParameter parameter, object? value, bool coerce)
    {
        foreach (ArgumentTransformationAttribute transformation in parameter.Transformations)
        {
            if (value is null && !parameter.IsMandatoryInSomeSet && !transformation.TransformNullOptionalParameters)
                continue;
            try
            {
                value = transformation.Transform(_engine, value);
            }
            catch (Exception e) when (e is not StandInException)
            {
                throw new ParameterBindingArgumentTransformationException(e, runtime.MyInvocation, parameter);
            }
        }

        if (coerce)
            value = Coerce(parameter, parameter.Type, value, parameter.ElementType);
        else if (!FitsAsItIs(parameter, ref value))
            return false;

        foreach (ValidateArgumentsAttribute validation in parameter.Validations)
        {
            try
            {
                validation.DoValidate(value, _engine);
            }
            catch (Exception e) when (e is not StandInException)
            {
                throw new ParameterBindingValidationException("ParameterArgumentValidationError", e.Message, runtime.MyInvocation, parameter, e);
            }
        }
        if (parameter.IsMandatoryInSomeSet)
            ValidateNullOrEmpty(parameter, value);

        try
        {
            parameter.Set(runtime, value);
        }
        catch (StandInException)
        {
            throw;
        }
        catch (Exception e)
        {
            throw new ParameterBindingException("ParameterBindingFailed", $"-{parameter.Name} cannot be set: {e.Message}",
                runtime.MyInvocation, parameter.Name, parameter.Type, ErrorCategory.WriteError, e);
        }
        runtime.MyInvocation.BoundParameters[parameter.Name] = value;
        return true;
    }

    private static bool FitsAsItIs(CompiledCommandParameter parameter, ref object? value)
    {
        if (value is null)
            return !parameter.Type.IsValueType && parameter.Type != typeof(string);
        if (parameter.Type.IsInstanceOfType(value))
            return true;
        value = PSObject.Base(value)!;
        if (parameter.Type.IsInstanceOfType(value))
            return true;
        if (parameter.ElementType is not { } elementType)
            return false;
        // One value, or a list of values, of just the element's type.
        object?[] elements = value is IList list ? [.. list.Cast<object?>().Select(PSObject.Base)] : [value];
        if (elements.Any(e => e is not null && e.GetType() != elementType && !e.GetType().IsSubclassOf(elementType)))
            return false;
        value = ToArray(elementType, elements);
        return true;
    }

    private object? Coerce(CompiledCommandParameter parameter, Type type, object? value, Type? elementType)
    {
        if (value is null)
        {
            return type == typeof(SwitchParameter) ? SwitchParameter.Present
                : type != typeof(bool) ? null
                : throw Error("ParameterArgumentValidationErrorNullNotAllowed", "it is null");
        }
        if (type.IsInstanceOfType(value))
            return value;
        if (type == typeof(PSObject))
            return PSObject.AsPSObject(value);
        if (type == typeof(bool) || type == typeof(bool?) || type == typeof(SwitchParameter))
            return CoerceBool();
        if (elementType is not null)
        {
            return PSObject.Base(value) is IList list
                ? ToArray(elementType, [.. list.Cast<object?>().Select(e => Coerce(parameter, elementType, e, null))])
                : ToArray(elementType, [Coerce(parameter, elementType, value, null)]);
        }
        if (PSObject.Base(value) is IList && type != typeof(object) && !type.IsEnum && !type.IsArray)
            throw Error("CannotConvertArgument", "it is a list, and one value is wanted");
        try
        {
            return LanguagePrimitives.ConvertTo(value, type);
        }
        catch (PSInvalidCastException e)
        {
            throw Error("CannotConvertArgumentNoMessage", e.Message, e);
        }

        object CoerceBool()
        {
            // Numbers and truth values only: a text like 'False' would be true.
            object unwrapped = PSObject.Base(value)!;
            bool truth = unwrapped switch
            {
                bool b => b,
                SwitchParameter s => s.IsPresent,
                _ when LanguagePrimitives.IsNumber(unwrapped.GetType()) => LanguagePrimitives.IsTrue(unwrapped),
                _ => throw Error("CannotConvertArgument", $"'{unwrapped}' is neither true nor false nor a number"),
            };
            return type == typeof(SwitchParameter) ? new SwitchParameter(truth) : truth;
        }

        ParameterBindingException Error(string errorId, string reason, Exception? inner = null) => new(
            errorId, $"The argument of -{parameter.Name} cannot be a {type}: {reason}", runtime.MyInvocation, parameter.Name, type, innerException: inner);
    }

    private void ValidateNullOrEmpty(CompiledCommandParameter parameter, object? value)
    {
        Check(parameter.Type, value);
        if (value is not Array array || parameter.ElementType is not { } elementType)
            return;
        if (array.Length == 0 && !parameter.AllowsEmptyCollection)
            throw Error("ParameterArgumentValidationErrorEmptyArrayNotAllowed", "it is an empty array.");
        if (!elementType.IsValueType)
            foreach (object? element in array)
                Check(elementType, element);

        void Check(Type type, object? one)
        {
            if (one is null && type != typeof(bool?) && !parameter.AllowsNull)
                throw Error("ParameterArgumentValidationErrorNullNotAllowed", "it is null.");
            if (one is string { Length: 0 } && type == typeof(string) && !parameter.AllowsEmptyString)
                throw Error("ParameterArgumentValidationErrorEmptyStringNotAllowed", "it is an empty string.");
        }

        ParameterBindingValidationException Error(string errorId, string reason) => new(errorId, reason, runtime.MyInvocation, parameter);
    }

    private static Array ToArray(Type elementType, object?[] elements)
    {
        Array array = Array.CreateInstance(elementType, elements.Length);
        for (int i = 0; i < elements.Length; i++)
            array.SetValue(elements[i], i);
        return array;
    }
}
