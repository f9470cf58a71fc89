package dev.socketserver.internal.util;

import java.lang.management.ManagementFactory;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.InstanceNotFoundException;
import javax.management.InvalidAttributeValueException;
import javax.management.JMException;
import javax.management.MBeanRegistration;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * An MBean with attributes that are computed when they are read, and its registration with the platform MBean server
 * under the name of what it shows. Thread-safe.
 */
public abstract class NamedBean implements DynamicMBean, MBeanRegistration {
    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    private final ObjectName name;
    private volatile boolean registered; // written by the MBean server

    /** Creates an MBean, not registered yet, whose object name is {@code dev.socketserver:type=TYPE,name="OF"}. */
    protected NamedBean(String type, String of) {
        try {
            name = new ObjectName("dev.socketserver:type=" + type + ",name=" + ObjectName.quote(of));
        } catch (JMException e) {
            throw new IllegalArgumentException("no name of an MBean: " + of, e);
        }
    }

    /** Returns the object name. */
    public final ObjectName name() {
        return name;
    }

    /**
     * Registers the MBean.
     *
     * @param what names it in the message of a failure
     * @throws IllegalStateException if its name is taken
     */
    public final void register(String what) {
        try {
            beans.registerMBean(this, name);
        } catch (JMException e) {
            throw new IllegalStateException(what + " cannot be registered", e);
        }
    }

    /** Unregisters the MBean, but no other that was registered under the name since. Further calls do nothing. */
    public final void unregister() {
        try {
            if (registered) {
                beans.unregisterMBean(name);
            }
        } catch (InstanceNotFoundException e) {
            // It has just been removed by another thread.
        } catch (JMException e) {
            throw new IllegalStateException(name + " cannot be removed", e);
        }
    }

    @Override
    public abstract Object getAttribute(String attribute) throws AttributeNotFoundException;

    @Override
    public abstract void setAttribute(Attribute attribute)
            throws AttributeNotFoundException, InvalidAttributeValueException;

    /** Returns the attributes that exist, as the interface requires. */
    @Override
    public final AttributeList getAttributes(String[] names) {
        AttributeList list = new AttributeList();
        for (String attribute : names) {
            try {
                list.add(new Attribute(attribute, getAttribute(attribute)));
            } catch (AttributeNotFoundException e) {
                // Not in the returned list, which informs the caller.
            }
        }
        return list;
    }

    /** Sets the attributes in order and returns those that could be set, as the interface requires. */
    @Override
    public final AttributeList setAttributes(AttributeList attributes) {
        AttributeList list = new AttributeList();
        for (Attribute attribute : attributes.asList()) {
            try {
                setAttribute(attribute);
                list.add(attribute);
            } catch (JMException | IllegalArgumentException e) {
                // Not in the returned list, which informs the caller.
            }
        }
        return list;
    }

    @Override
    public final ObjectName preRegister(MBeanServer server, ObjectName as) {
        return as;
    }

    @Override
    public final void postRegister(Boolean done) {
        registered = done;
    }

    @Override
    public final void preDeregister() {}

    @Override
    public final void postDeregister() {
        registered = false;
    }
}
